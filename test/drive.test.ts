import { describe, expect, it } from 'vitest';
import type { Machine } from '../src/core/machine.js';
import { Drive, type DriveOptions } from '../src/drive.js';

type Event = { readonly type: 'say'; readonly what: string } | { readonly type: 'tick' };

/** Says again what it is told, and wants a tick at the time that was said. */
class Echo implements Machine<Event, string> {
  dueAt: number | undefined;

  handle(event: Event, now: number): string[] {
    if (event.type === 'tick') {
      this.dueAt = undefined;
      return [`tick at ${now}`];
    }
    if (event.what.startsWith('at ')) this.dueAt = Number(event.what.slice(3));
    return [`${event.what} 1`, `${event.what} 2`];
  }

  nextDeadline(): number | undefined {
    return this.dueAt;
  }

  validate(): void {
    // It has nothing to check.
  }
}

/** A drive, what it performs, and the time. */
function driven(
  react: (drive: Drive<Event, string>, effect: string) => void,
  options: Partial<DriveOptions<Event, string>> = {},
) {
  const said: string[] = [];
  const time = { now: 0, at: undefined as number | undefined, due: (): void => undefined };
  const drive: Drive<Event, string> = new Drive<Event, string>({
    machine: new Echo(),
    perform: (effects) => {
      for (const effect of effects) {
        said.push(effect);
        react(drive, effect);
      }
    },
    clock: (due) => {
      time.due = due;
      return {
        now: () => time.now,
        set: (at) => {
          time.at = at;
        },
      };
    },
    ...options,
  });
  return { drive, said, time };
}

const say = (what: string): Event => ({ type: 'say', what });

describe('a drive', () => {
  it('lets events wait that arise while effects are carried out', () => {
    const { drive, said } = driven((own, effect) => {
      if (effect === 'a 1') own.handle(say('b'));
    });
    drive.handle(say('a'));
    expect(said).toEqual(['a 1', 'a 2', 'b 1', 'b 2']);
  });

  it('hands in at once what a machine bears', () => {
    const { drive, said } = driven((own, effect) => {
      if (effect === 'a 1') own.handleWithin(say('b'));
    });
    drive.handleWithin(say('a'));
    expect(said).toEqual(['a 1', 'b 1', 'b 2', 'a 2']);
  });

  it('wakes the machine at its deadline', () => {
    const { drive, said, time } = driven(() => undefined);
    drive.handle(say('at 50'));
    expect(time.at).toBe(50);
    time.now = 50;
    time.due();
    expect(said.slice(2)).toEqual(['tick at 50']);
    expect(time.at).toBeUndefined();
  });

  it('handles nothing more, and waits for nothing, once it is at its end', () => {
    const { drive, said, time } = driven((own, effect) => {
      if (effect === 'a 1') own.handle(say('b'));
      if (effect === 'a 2') own.end();
    });
    drive.handle(say('at 50'));
    drive.handle(say('a'));
    drive.handle(say('c'));
    drive.handleWithin(say('d'));
    expect(said).toEqual(['at 50 1', 'at 50 2', 'a 1', 'a 2']);
    expect(time.at).toBeUndefined();
  });

  it('asks who knows better also after its end, to whom it may be the time to do something else', () => {
    let asked = 0;
    const { drive, said } = driven(() => undefined, {
      next: (waiting) => {
        asked += 1;
        return waiting.shift();
      },
    });
    drive.put(say('a'));
    drive.end();
    drive.run();
    expect([asked, said]).toEqual([1, []]);
  });

  it('goes on after an effect that could not be carried out', () => {
    const { drive, said } = driven((_, effect) => {
      if (effect === 'a 2') throw new Error('no');
    });
    expect(() => drive.handle(say('a'))).toThrow('no');
    drive.handle(say('b'));
    expect(said).toEqual(['a 1', 'a 2', 'b 1', 'b 2']);
  });

  it('takes what is next from whoever knows better, within what is put around', () => {
    const around: string[] = [];
    const { drive, said } = driven(() => undefined, {
      next: (waiting) => waiting.pop(),
      around: (handleAll) => {
        around.push('begin');
        handleAll();
        around.push('end');
      },
    });
    drive.put(say('a'));
    drive.put(say('b'));
    expect(drive.waiting).toEqual([say('a'), say('b')]);
    drive.run();
    expect(said).toEqual(['b 1', 'b 2', 'a 1', 'a 2']);
    expect(around).toEqual(['begin', 'end']);
  });
});
