import { PaladinError } from '../errors/paladin-error.js';
import { asText, shortened } from '../errors/thrown.js';
import { describe } from '../errors/describe.js';
import { maxDescribedLength } from '../limits.js';

/**
 * The hub's address.
 *
 * @throws {@link PaladinError} `INVALID_INPUT` when it is not an http or https url
 */
export function hubUrl(where: string, url: string | URL): URL {
  const text = asText(url);
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return parsed;
  throw new PaladinError(
    'INVALID_INPUT',
    `${where}: expected the hub's url, such as http://127.0.0.1:7400, got ${typeof url === 'string' ? `'${shortened(url, maxDescribedLength)}'` : describe(url)}`,
  );
}
