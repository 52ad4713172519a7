import { printable } from '../../src/protocol/printable.js';

/** Lines of a log for people: the time, the level, what happened, and the details that the text does not say already. */

/** How wide the level is: they stand in a column. */
const levelWidth = 5;

const levels: Readonly<Record<number, readonly [name: string, color: number]>> = {
  10: ['trace', 90],
  20: ['debug', 36],
  30: ['info', 32],
  40: ['warn', 33],
  50: ['error', 31],
  60: ['fatal', 31],
};

const dim = 2;

/**
 * @param json a line as pino writes it
 * @param colors whether the terminal is to show colors
 * @returns the line for people, with its line break
 */
export function prettyLine(json: string, colors: boolean): string {
  const { level, time, msg, err, ...details } = JSON.parse(json) as Record<string, unknown>;
  const paint = (text: string, color: number): string => (colors ? `\u001B[${color}m${text}\u001B[0m` : text);
  const [name, color] = levels[Number(level)] ?? ['?', dim];
  const [first = '', ...further] = typeof msg === 'string' ? msg.split('\n') : [];
  const text = printable(first);
  const shown = Object.entries(details).flatMap(([key, value]) => detail(key, value, text));
  const parts = [paint(clock(time), dim), paint(name.toUpperCase().padEnd(levelWidth), color), text];
  if (shown.length > 0) parts.push(paint(shown.join(' '), dim));
  return `${parts.join(' ')}\n${indented(further)}${indented(stackOf(err))}`;
}

/** The time of day of whoever reads it. */
function clock(time: unknown): string {
  const date = new Date(Number(time));
  const two = (part: number): string => String(part).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** A detail as `key=value`; nothing where it says nothing, or the text says it. */
function detail(key: string, value: unknown, text: string): readonly string[] {
  if (value === undefined || value === null || value === '') return [];
  const shown = printable(typeof value === 'string' ? value : JSON.stringify(value));
  // People and programs choose names: one may be a word of the text by chance.
  if (key !== 'name' && says(text, shown) && Number.isNaN(Number(shown))) return [];
  return [`${key}=${/[\s=]/u.test(shown) ? JSON.stringify(shown) : shown}`];
}

/** Whether the text has these words, and not as parts of longer ones. */
function says(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    const around = `${text.charAt(at - 1)} ${text.charAt(at + words.length)}`;
    if (!/[\p{L}\p{N}_-]/u.test(around)) return true;
  }
  return false;
}

function stackOf(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { stack, message } = error as { readonly stack?: unknown; readonly message?: unknown };
  const told = typeof stack === 'string' ? stack : typeof message === 'string' ? message : '';
  return told.split('\n');
}

function indented(lines: readonly string[]): string {
  return lines
    .filter((line) => line !== '')
    .map((line) => `    ${printable(line.trimStart())}\n`)
    .join('');
}
