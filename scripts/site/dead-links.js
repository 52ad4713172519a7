// Looks at the pages of a site: `node scripts/site/dead-links.js dist/site`. Each link must lead to a page and a place that are
// there, and nothing that a page loads may come from elsewhere: the site is to be read without a network.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What is wrong with the pages of a folder.
 *
 * @param {string} folder
 * @returns {string[]}
 */
export function deadLinks(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const pages = new Map(
    files.filter((file) => file.endsWith('.html')).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
  const places = new Map([...pages].map(([page, html]) => [page, idsOf(html)]));
  const complaints = [];
  for (const [page, html] of pages) {
    for (const link of new Set(attributes(html, 'a', 'href'))) {
      if (/^[a-z][a-z+.-]*:/iu.test(link)) continue;
      const [path = '', place = ''] = link.split('#');
      const target = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path.split('?')[0] ?? '')));
      const full = join(folder, target);
      if (relative(folder, full).startsWith('..') || !existsSync(full) || !statSync(full).isFile()) {
        complaints.push(`${page}: there is no ${path}`);
      } else if (place !== '' && places.get(target)?.has(decodeURIComponent(place)) === false) {
        complaints.push(`${page}: there is no #${place} in ${target}`);
      }
    }
    const loaded = [
      ...attributes(html, 'script', 'src'),
      ...attributes(html, 'link', 'href'),
      ...attributes(html, 'img', 'src'),
      ...attributes(html, 'iframe', 'src'),
    ];
    for (const address of new Set(loaded)) {
      if (/^(?:https?:)?\/\//iu.test(address)) complaints.push(`${page}: loads ${address}`);
      else if (!address.startsWith('data:') && !existsSync(join(folder, dirname(page), address.split(/[?#]/u)[0] ?? ''))) {
        complaints.push(`${page}: there is no ${address}`);
      }
    }
  }
  for (const sheet of files.filter((file) => file.endsWith('.css'))) {
    const css = readFileSync(join(folder, sheet), 'utf8');
    for (const [, address = ''] of css.matchAll(/(?:url\(\s*|@import\s+)["']?((?:https?:)?\/\/[^"')\s]+)/giu)) {
      complaints.push(`${sheet}: loads ${address}`);
    }
  }
  return complaints;
}

/**
 * @param {string} html
 * @returns {Set<string>}
 */
function idsOf(html) {
  return new Set(Array.from(html.matchAll(/<[^>]*\s(?:id|name)="([^"]*)"/gu), ([, id = '']) => unescaped(id)));
}

/**
 * The values of an attribute of all elements of a kind.
 *
 * @param {string} html
 * @param {string} element
 * @param {string} name
 * @returns {string[]}
 */
function attributes(html, element, name) {
  const found = html.matchAll(new RegExp(`<${element}\\b[^>]*?\\s${name}="([^"]*)"`, 'gu'));
  return Array.from(found, ([, value = '']) => unescaped(value));
}

/**
 * @param {string} text
 * @returns {string}
 */
function unescaped(text) {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder = 'dist/site'] = process.argv.slice(2);
  const complaints = deadLinks(folder);
  for (const complaint of complaints) console.error(complaint);
  console.log(`${folder}: ${complaints.length} dead links`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
