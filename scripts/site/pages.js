// A plugin of typedoc. The pages of the docs are written to be read as Markdown, too: they have a heading, and nothing that only
// a site needs. So a page has its title from its heading, and its group from its folder.
import { dirname, relative } from 'node:path';
import { Converter } from 'typedoc';

/**
 * The groups of folders, and of pages that are guides though they lie elsewhere.
 *
 * @type {Record<string, string>}
 */
const groups = {
  'docs/guides': 'Guides',
  'docs/bundlers.md': 'Guides',
  'docs/when-it-pays.md': 'Guides',
  'docs/reference': 'Reference',
};

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const path = document.project.files.getReflectionPath(document) ?? '';
    const place = relative(process.cwd(), path);
    document.frontmatter['group'] = groups[place] ?? groups[dirname(place)] ?? 'About';
    const title = /^\s*# (.+)\n/u.exec(document.content[0]?.text ?? '')?.[1];
    if (title === undefined) throw new Error(`${path}: expected '# title' in its first line`);
    document.name = title;
  });
  // The first page of the site has a title of its own.
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    const [first] = project.readme ?? [];
    if (first !== undefined) first.text = first.text.replace(/^\s*# .+\n/u, '');
  });
  // A comment may name what another entry exports.
  app.converter.addUnknownSymbolResolver((reference, from) => {
    const name = reference.symbolReference?.path?.[0]?.path;
    const target = from.project.children?.flatMap((entry) => entry.children ?? []).find((each) => each.name === name);
    // What a link leads to may be a reflection; the type of resolvers says less.
    return target && { target: /** @type {string} */ (/** @type {unknown} */ (target)) };
  });
}
