// Comments are read beside the code, so they are no wider than it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** As in the settings of prettier, which leaves comments as they are. */
const columns = 130;

const root = join(import.meta.dirname, '../..');

/** The lines of a text that are comment and too wide. Links cannot be broken, and the code of examples is prettier's. */
function wideComments(text: string): string[] {
  let isExample = false;
  return text.split('\n').filter((line) => {
    if (/^\s*\* ```/u.test(line)) isExample = !isExample;
    const isComment = /^\s*(?:\/\/|\/?\*)/u.test(line);
    return isComment && !isExample && !/https?:/u.test(line) && [...line].length > columns;
  });
}

it.each(['src', 'server', 'operators', 'scripts', 'examples', 'bench', 'test'])(
  'no comment in %s is wider than the code',
  (folder) => {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => /\.[cm]?[jt]sx?$/u.test(file) && !/(?:^|[\\/])(?:node_modules|dist)[\\/]/u.test(file));
    expect(sources).not.toEqual([]);
    const wide = sources.flatMap((file) => {
      return wideComments(readFileSync(join(root, folder, file), 'utf8')).map((line) => `${folder}/${file}: ${line.trim()}`);
    });
    expect(wide).toEqual([]);
  },
);

it('finds what is too wide, counts characters, and passes by links and examples', () => {
  const wide = 'ä'.repeat(columns - 2);
  expect(wideComments(`//${wide}`)).toEqual([]);
  expect(wideComments(`// ${wide}\nconst a = 1;\n * ${wide}`)).toEqual([`// ${wide}`, ` * ${wide}`]);
  expect(wideComments(`// https://example.org/${wide}\n${wide}${wide}`)).toEqual([]);
  expect(wideComments(` * \`\`\`ts\n * ${wide}\n * \`\`\`\n * ${wide}`)).toEqual([` * ${wide}`]);
});
