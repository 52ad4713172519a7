import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
const [{ files }] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
const published = new Set(files.map(({ path }) => path));
const pages = [...published].filter((path) => path.endsWith('.md'));

/** What a page links to or shows, within the package: the paths, and what is behind `#`. */
function relativeLinks(page: string): { readonly path: string; readonly anchor: string | undefined }[] {
  const prose = readFileSync(join(root, page), 'utf8')
    .replaceAll(/^```.*?^```/gmsu, '')
    .replaceAll(/`[^`\n]*`/gu, '');
  const targets = [...prose.matchAll(/\]\((?<link>[^)\s]+)[^)]*\)|(?:src|srcset|href)="(?<attribute>[^"]+)"/gu)].map(
    ({ groups }) => groups?.['link'] ?? groups?.['attribute'] ?? '',
  );
  return targets
    .filter((target) => !/^[a-z]+:/u.test(target))
    .map((target) => {
      const [path = '', anchor] = target.split('#');
      return { path: path === '' ? page : join(dirname(page), path).replace(/\/$/u, ''), anchor };
    });
}

/** The anchors that GitHub and npm give the headings of a page. */
function anchors(page: string): string[] {
  const headings = [...readFileSync(join(root, page), 'utf8').matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('links of a published page lead to what is published', () => {
  test('in README.md and the docs', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md', 'docs/guarantees.md']));
  });

  test.each(pages)('%s', (page) => {
    const lost = relativeLinks(page).filter(({ path, anchor }) => {
      const isThere = published.has(path) || [...published].some((file) => file.startsWith(`${path}/`));
      return !isThere || (anchor !== undefined && path.endsWith('.md') && !anchors(path).includes(anchor));
    });
    expect(lost).toEqual([]);
  });
});

// Paths in the page of an example begin at its own folder.
test.each(pages.filter((page) => !page.startsWith('examples/')))('sources that %s names are there', (page) => {
  // They are not published, so pages do not link to them. A name without a folder may be that of any file.
  const named = readFileSync(join(root, page), 'utf8').matchAll(/`((?:src|server|operators|test|bench|scripts)\/[\w./-]+)`/gu);
  expect([...named].map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('what package.json names is published', () => {
  const manifest = readFileSync(join(root, 'package.json'), 'utf8');
  const named = [...manifest.matchAll(/"\.\/(dist\/[\w./-]+)"/gu)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !published.has(path) || !existsSync(join(root, path)))).toEqual([]);
});
