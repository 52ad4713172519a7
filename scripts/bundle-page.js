// Makes one file of the hub's page, with its script and style in it. Its policy lets nothing else run. Fails where the file is
// too large, or would ask for something from elsewhere.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const source = 'src/page/view';
/** What the page may weigh, in kB after gzip. */
const ceilingKb = 40;

/**
 * @param {string} entry
 * @returns {Promise<{ text: string, inputs: string[] }>}
 */
async function bundled(entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${source}/${entry}`],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: {},
  });
  return { text: (outputFiles[0]?.text ?? '').trim(), inputs: Object.keys(metafile.inputs) };
}

/** @param {string} text */
const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const [script, style] = await Promise.all([bundled('main.tsx'), bundled('page.css')]);
if (/<\/script|<!--/iu.test(script.text) || /<\/style/iu.test(style.text)) throw new Error('the page would end within itself');
if (/url\(|@import/iu.test(style.text)) throw new Error('the style of the page asks for something');
const policy = [
  "default-src 'none'",
  `script-src ${hashOf(script.text)}`,
  `style-src ${hashOf(style.text)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const page = [
  ['content="POLICY"', `content="${policy}"`],
  ['<style></style>', `<style>${style.text}</style>`],
  ['<script type="module"></script>', `<script type="module">${script.text}</script>`],
].reduce(
  (text, [place = '', content = '']) => {
    if (text.split(place).length !== 2) throw new Error(`${source}/page.html: expected ${place} once`);
    return text.replace(place, () => content);
  },
  readFileSync(`${source}/page.html`, 'utf8').replace(/\n\s+/gu, '\n'),
);
const kb = gzipSync(page).length / 1e3;
if (kb > ceilingKb) throw new Error(`the hub's page has ${kb.toFixed(1)} kB after gzip, and may have ${ceilingKb} kB`);
writeFileSync('dist/node/page.html', page);

/** What the page is made of, for the licences. */
export const pageInputs = [...script.inputs, ...style.inputs];
