import { describe, expect, it } from 'vitest';
import { prettyLine } from '../../server/command/pretty-line.js';

const at = new Date(2026, 1, 3, 4, 5, 6, 7).getTime();
const line = (fields: object): string => JSON.stringify({ level: 30, time: at, ...fields });

describe('a line of the log for people', () => {
  it('has the time, the level, the text and the details', () => {
    const joined = line({ role: 'worker', id: 'x1', name: '', address: '127.0.0.1', slots: 4, msg: 'worker joined' });
    expect(prettyLine(joined, false)).toBe('04:05:06.007 INFO  worker joined id=x1 address=127.0.0.1 slots=4\n');
  });

  it('leaves out what the text says, quotes what has spaces, and shows no control characters', () => {
    const refused = line({
      level: 40,
      code: 'VERSION',
      reason: 'too old',
      name: 'my \u001B[31mred',
      msg: 'refused: VERSION: too old\u0007',
    });
    expect(prettyLine(refused, false)).toBe('04:05:06.007 WARN  refused: VERSION: too old\uFFFD name="my \uFFFD[31mred"\n');
  });

  it.each(['worker', 'join', 'work', 'er joined'])('says the name %j, which the text may have in it', (name) => {
    expect(prettyLine(line({ name, msg: 'worker joined' }), false)).toContain(
      name.includes(' ') ? `name="${name}"` : `name=${name}`,
    );
  });

  it('says a detail that is only part of a word of the text', () => {
    const refused = line({ code: 'VERSION', role: 'leader', reason: 'old', msg: 'refused: VERSION: too olden, leaders' });
    expect(prettyLine(refused, false)).toContain('too olden, leaders role=leader reason=old\n');
  });

  it('turns no text round for marks in a name', () => {
    expect(prettyLine(line({ name: 'a\u202Egpj\u2066', msg: 'x\u200F' }), false)).toContain(' x\uFFFD name=a\uFFFDgpj\uFFFD\n');
  });

  it('has the stack of an error below it', () => {
    const failed = line({ level: 50, err: { message: 'no', stack: 'Error: no\n    at f (x.js:1:2)' }, msg: 'it failed' });
    expect(prettyLine(failed, false)).toBe('04:05:06.007 ERROR it failed\n    Error: no\n    at f (x.js:1:2)\n');
  });

  it('has colors where a terminal shows them', () => {
    expect(prettyLine(line({ msg: 'hello' }), true)).toBe('\u001B[2m04:05:06.007\u001B[0m \u001B[32mINFO \u001B[0m hello\n');
  });
});
