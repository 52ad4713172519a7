// Makes one file of socket.io's client, in place of the one that the compiler has made, and one for browsers. What is not used is
// left out: the transports other than websockets, and what they need. So who installs this package gets one copy of `ws`, that of
// the hub.
import { rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { licencesOf } from './licences.js';

const source = 'src/link/socket-client.ts';
const target = 'dist/src/link/socket-client';

const common = /** @satisfies {import('esbuild').BuildOptions} */ ({
  entryPoints: [source],
  bundle: true,
  format: /** @type {const} */ ('esm'),
  target: 'es2022',
  // Neither `ws` nor this is to be there twice: the hub uses both.
  external: ['ws', '@socket.io/component-emitter'],
  alias: { 'xmlhttprequest-ssl': './scripts/bundle-client/no-polling.js' },
  legalComments: /** @type {const} */ ('none'),
  tsconfigRaw: {},
});
// Not the platform `node`: for that, the client comes with its debug output.
const { metafile } = await build({
  ...common,
  outfile: `${target}.js`,
  platform: 'neutral',
  mainFields: ['module', 'main'],
  metafile: true,
});
await build({ ...common, outfile: `${target}.browser.js`, platform: 'browser' });
rmSync(`${target}.js.map`, { force: true });

writeFileSync(`${target}.LICENSES.txt`, licencesOf('socket-client.js', Object.keys(metafile.inputs)));
