import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownFences } from '../docs/fences.js';

const page = 'docs/bundlers.md';
const fences = markdownFences(readFileSync(join(import.meta.dirname, '../..', page), 'utf8'), page);

/** A file that the page about bundlers shows, by its name. */
export function documentedFile(name: string): string {
  const fence = fences.find(({ words }) => words.includes(`file=${name}`));
  if (fence === undefined) throw new Error(`${page} shows no ${name}`);
  return fence.code;
}

/** The first command of a program that the page about bundlers shows. */
export function documentedCommand(program: string): string {
  const lines = fences.filter(({ language }) => language === 'sh').flatMap(({ code }) => code.split('\n'));
  const command = lines.find((line) => line.startsWith(`${program} `));
  if (command === undefined) throw new Error(`${page} shows no command of ${program}`);
  return command;
}
