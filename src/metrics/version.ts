import { readFileSync } from 'node:fs';

/**
 * The version of this package; `unknown` where it is bundled with a program. The file stands two folders above, in the
 * repository and in the installed package, whatever part of the server reads it.
 */
export function readVersion(): string {
  try {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      readonly version: string;
    };
    return version;
  } catch {
    return 'unknown';
  }
}
