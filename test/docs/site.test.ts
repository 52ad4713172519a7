import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { deadLinks } from '../../scripts/site/dead-links.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const root = join(import.meta.dirname, '../..');

test('each page of the docs is a page of the site', () => {
  const { projectDocuments } = JSON.parse(readFileSync(join(root, 'typedoc.json'), 'utf8')) as { projectDocuments: string[] };
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path}`);
  const pages = [...readdirSync(root), ...below].filter((path) => path.endsWith('.md') && path !== 'README.md');
  // Those in a folder of their own have an order: they are listed one by one.
  const missing = pages.filter((page) => !projectDocuments.includes(page.replace(/^docs\/[\w-]+\.md$/u, 'docs/*.md')));
  expect(missing).toEqual([]);
  expect(projectDocuments.filter((page) => !page.includes('*') && !pages.includes(page))).toEqual([]);
});

test('a dead link, a place that is not there, and what comes from elsewhere are found in a site', async () => {
  await using folder = await temporaryDirectory();
  const files = {
    'index.html':
      '<h1 id="top">A</h1><a href="pages/b.html#there">b</a><a href="#top">top</a><a href="https://example.org/">away</a>',
    'pages/b.html': '<h2 id="there">B</h2><a href="../index.html?q=1">a</a><link href="../style.css" rel="stylesheet">',
    'style.css': 'body { background: url("data:image/png;base64,AA"); }',
  };
  const write = (more: Record<string, string>): void => {
    for (const [path, text] of Object.entries({ ...files, ...more })) {
      mkdirSync(dirname(join(folder.path, path)), { recursive: true });
      writeFileSync(join(folder.path, path), text);
    }
  };
  write({});
  expect(deadLinks(folder.path)).toEqual([]);
  write({
    'pages/c.html':
      '<a href="nowhere.html">x</a><a class="y" href="b.html#missing">y</a><a href="../../outside.html">z</a>' +
      '<script src="https://cdn.example.org/a.js"></script><img src="gone.png">',
    'style.css': '@import "https://fonts.example.org/inter.css";',
  });
  expect(deadLinks(folder.path)).toEqual([
    'pages/c.html: there is no nowhere.html',
    'pages/c.html: there is no #missing in pages/b.html',
    'pages/c.html: there is no ../../outside.html',
    'pages/c.html: loads https://cdn.example.org/a.js',
    'pages/c.html: there is no gone.png',
    'style.css: loads https://fonts.example.org/inter.css',
  ]);
});
