import { isError } from '../errors/thrown.js';

/** Whether the server at a port speaks TLS: then it has shown a certificate, good or bad. Browsers do not tell. */
export async function speaksTls(hub: URL): Promise<boolean> {
  try {
    await fetch(`https://${hub.host}/healthz`, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(lookMs) });
    return true;
  } catch (error) {
    const cause: unknown = isError(error) ? error.cause : undefined;
    const code: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'code') : undefined;
    return typeof code === 'string' && /CERT|SIGNATURE|ISSUER/u.test(code);
  }
}

/** How long to look. The server is there: it has just hung up. */
const lookMs = 2_000;
