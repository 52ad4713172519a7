import { PaladinError } from '../../src/errors/paladin-error.js';
import { isError, messageOf } from '../../src/errors/thrown.js';
import { textOf, type Token } from '../../src/link/check-token.js';
import { addressOf, hubUrl } from '../../src/link/hub-url.js';
import { noHubAnswers, noHubThere, whyUnreachable } from '../../src/link/unreachable.js';
import { defaultConnectTimeoutMs } from '../../src/limits.js';
import type { Report } from '../../src/page/kept-report.js';
import type { Overview } from '../../src/protocol/overview.js';

/**
 * Asks a hub once for what its page shows, with ten minutes of slot time. The hub answers within a second: leaders and workers
 * have time to say how they are.
 *
 * @param url the hub's address, as for `connect`
 * @throws {@link PaladinError} `HUB_UNREACHABLE` when no hub answers, `UNAUTHORIZED` when it refuses the token, `LIMIT_EXCEEDED`
 *   when too many watch it, `PROTOCOL` when it refuses for another reason, `INVALID_INPUT` when the url or the token is wrong
 */
export async function fetchReport(url: string, token: Token | undefined): Promise<Report> {
  const hub = hubUrl('report', url);
  const shown = await textOf(token);
  // What refuses such a header would say what is in it.
  if (shown !== undefined && /\p{Cc}/u.test(shown)) {
    throw new PaladinError('INVALID_INPUT', 'report: expected token to be one line of text, got one with control characters');
  }
  const headers = { ...(shown !== undefined && { authorization: `Bearer ${Buffer.from(shown).toString('latin1')}` }) };
  const response = await asked(hub, headers);
  const said: unknown = await response.json().catch(() => undefined);
  if (response.ok && isOverview(said)) return { hub: addressOf(hub), overview: said };
  throw refusal(hub, response.status, said);
}

async function asked(hub: URL, headers: Record<string, string>): Promise<Response> {
  const signal = AbortSignal.timeout(defaultConnectTimeoutMs);
  try {
    return await fetch(`${addressOf(hub)}/overview?once`, { headers, signal, redirect: 'manual' });
  } catch (error) {
    if (signal.aborted) throw noHubAnswers(hub, `nothing was said within ${defaultConnectTimeoutMs} ms`);
    const cause: unknown = isError(error) ? error.cause : undefined;
    throw noHubAnswers(hub, isError(cause) ? whyUnreachable(hub, cause).reason : messageOf(error));
  }
}

function refusal(hub: URL, status: number, said: unknown): PaladinError {
  const reason: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'reason') : undefined;
  if (typeof reason !== 'string') return noHubAnswers(hub, `${noHubThere.reason}, or it is of another version`);
  const code = status === 401 ? 'UNAUTHORIZED' : status === 503 ? 'LIMIT_EXCEEDED' : 'PROTOCOL';
  return new PaladinError(code, `hub ${addressOf(hub)} refused the observer: ${reason}`);
}

/** Whether a hub has answered, and nothing else. */
function isOverview(said: unknown): said is Overview {
  return typeof said === 'object' && said !== null && 'epoch' in said && 'verdict' in said && 'slotTime' in said;
}
