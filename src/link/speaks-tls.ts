import { isError } from '../errors/thrown.js';

/**
 * Whether what listens at a port speaks TLS: its certificate, be it good or bad, has then been seen. Browsers do not tell.
 */
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

/** It is there: who asks has just been hung up on. */
const lookMs = 2_000;
