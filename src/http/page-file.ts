/** The page of a hub, as the build has made it. It is read when it is first asked for. */
import { readFile } from 'node:fs/promises';
import { PaladinError } from '../errors/paladin-error.js';
import { keepExternal } from '../executor/thread-program.js';

/**
 * The page, as text. It stands beside the large files (see `scripts/bundle-page.js`).
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when it is not there: a bundler has left it behind
 */
export async function readPage(): Promise<string> {
  try {
    return await readFile(new URL(/* webpackIgnore: true */ './page.html', import.meta.url), 'utf8');
  } catch (error) {
    throw new PaladinError('INVALID_INPUT', `the hub's page is not there: ${keepExternal}`, { cause: error });
  }
}
