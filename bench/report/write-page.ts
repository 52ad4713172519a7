import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { withSections } from './page.js';

const path = fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url));

/** Writes the sections into docs/benchmarks.md, formatted as the rest of the repository; see {@link withSections}. */
export async function writePage(order: readonly string[], sections: ReadonlyMap<string, string>): Promise<void> {
  const page = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const config = await resolveConfig(path);
  writeFileSync(path, await format(withSections(page, order, sections), { ...config, filepath: path }));
}
