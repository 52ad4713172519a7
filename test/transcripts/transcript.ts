/** A line of a transcript: what is done, or what is seen. */
export interface Step {
  /** Where it stands in the file, from 1. */
  readonly line: number;
  readonly atMs: number;
  readonly kind: 'done' | 'seen';
  readonly what: string;
}

/** What holds for all of a transcript. */
export interface Settings {
  /** Of each worker. */
  readonly slots: number;
  /** How long an element is executed. */
  readonly elementMs: number;
}

export interface Transcript {
  readonly settings: Settings;
  readonly steps: readonly Step[];
}

const stepPattern = /^(\d+) ms {2}(>?) *(.+)$/u;
const settingPattern = /^(slots|element ms): (\d+)$/u;

/**
 * Reads a transcript.
 *
 * @throws with the line that cannot be read
 */
export function parseTranscript(text: string): Transcript {
  const settings = { slots: 1, elementMs: 10 };
  const steps: Step[] = [];
  for (const [at, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, value] = settingPattern.exec(line) ?? [];
    const [, ms, mark, what] = stepPattern.exec(line) ?? [];
    if (name !== undefined) settings[name === 'slots' ? 'slots' : 'elementMs'] = Number(value);
    else if (what !== undefined) steps.push({ line: at + 1, atMs: Number(ms), kind: mark === '>' ? 'done' : 'seen', what });
    else throw new Error(`line ${at + 1}: expected '100 ms  > what is done', '100 ms  what is seen' or a setting, got '${line}'`);
  }
  return { settings, steps };
}

/** A step as it stands in a file. */
export function lineOf({ atMs, kind, what }: Omit<Step, 'line'>): string {
  return `${String(atMs).padStart(6)} ms  ${kind === 'done' ? '> ' : '    '}${what}`;
}

/**
 * How what happened differs from what a transcript says, at the first line that does; undefined if it does not.
 *
 * @param happened all that was done and seen, in order
 */
export function differenceOf({ steps }: Transcript, happened: readonly Omit<Step, 'line'>[]): string | undefined {
  const at = Array.from({ length: Math.max(steps.length, happened.length) }, (_, index) => index).find((index) => {
    const [said, seen] = [steps[index], happened[index]];
    return said === undefined || seen === undefined || lineOf(said) !== lineOf(seen);
  });
  if (at === undefined) return undefined;
  const said = steps[at];
  const seen = happened.slice(at, at + 5).map(lineOf);
  const place = said === undefined ? 'behind the last line' : `in line ${said.line}`;
  return [
    `${place}, expected`,
    said === undefined ? '(nothing more)' : lineOf(said),
    'got',
    ...(seen.length === 0 ? ['(nothing more)'] : seen),
  ].join('\n');
}

/** The text with what happened in place of what it says is seen; comments stay that stand above what is done. */
export function rewritten(text: string, happened: readonly Omit<Step, 'line'>[]): string {
  const rest = [...happened];
  const seenNext = (): string[] => {
    const end = rest.findIndex(({ kind }) => kind === 'done');
    return rest.splice(0, end === -1 ? rest.length : end).map(lineOf);
  };
  const lines: string[] = [];
  let begun = false;
  for (const raw of text.trimEnd().split('\n')) {
    const [, ms, mark] = stepPattern.exec(raw.trim()) ?? [];
    if (ms !== undefined && mark === '') continue;
    if (ms === undefined) {
      lines.push(raw);
      continue;
    }
    // What is seen comes before the comments above what is done next.
    const comments = begun ? lines.splice(lines.findLastIndex((line) => stepPattern.test(line.trim())) + 1) : [];
    lines.push(...seenNext(), ...comments);
    const done = rest.shift();
    lines.push(done === undefined ? raw : lineOf(done));
    begun = true;
  }
  return `${[...lines, ...seenNext()].join('\n')}\n`;
}
