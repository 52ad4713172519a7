import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const pages = ['.', 'docs', 'docs/guides', 'docs/reference'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

test.each(pages)('each heading of %s has a line of its own', (page) => {
  const prose = readFileSync(join(root, page), 'utf8').replaceAll(/^```.*?^```/gmsu, '');
  expect(prose.match(/^.*\S +#+(?: .*)?$/gmu) ?? []).toEqual([]);
});
