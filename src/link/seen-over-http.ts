import { isError } from '../errors/thrown.js';
import { nodeModule } from '../platform.js';
import { addressOf } from './hub-url.js';

/** How long to look. The server is there: it has just hung up, or has taken a connection. */
const lookMs = 2_000;

/** Whether the server at a port speaks TLS: then it has shown a certificate, good or bad. Browsers do not tell. */
export async function speaksTls(hub: URL): Promise<boolean> {
  try {
    await ask(`https://${hub.host}/healthz`, { method: 'HEAD' });
    return true;
  } catch (error) {
    const cause: unknown = isError(error) ? error.cause : undefined;
    const code: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'code') : undefined;
    return typeof code === 'string' && /CERT|SIGNATURE|ISSUER/u.test(code);
  }
}

/** Whether a server answers there that is no hub. False also where nothing answers, or where it cannot be told. */
export async function isNoHub(hub: URL): Promise<boolean> {
  if (!mayRead(hub)) return false;
  try {
    const { status, mediaType } = await look(`${addressOf(hub)}/healthz`);
    const isHealth = status === 200 && mediaType === 'application/json';
    // A proxy answers like this while its hub is away.
    return !isHealth && status < 500;
  } catch {
    return false;
  }
}

/** Whether a web page comes from where only a hub has something to say. Servers of pages do so that send one for any path. */
export async function sendsPages(hub: URL): Promise<boolean> {
  if (!mayRead(hub)) return false;
  try {
    const { status, mediaType } = await look(`${addressOf(hub)}/socket.io/`);
    return status === 200 && mediaType === 'text/html';
  } catch {
    return false;
  }
}

/** Whether anything answers there over HTTP, as far as a page may know. */
export async function answersPages(hub: URL): Promise<boolean> {
  try {
    // A page may look at another origin only where it also follows redirects.
    await ask(`${addressOf(hub)}/healthz`, { mode: 'no-cors', redirect: 'follow' });
    return true;
  } catch {
    return false;
  }
}

/** A page may not read what a server of another origin says. */
function mayRead(hub: URL): boolean {
  const { location } = globalThis as { readonly location?: { readonly origin: string } };
  return nodeModule('process') !== undefined || location?.origin === hub.origin;
}

async function look(url: string): Promise<{ readonly status: number; readonly mediaType: string }> {
  const { status, headers } = await ask(url, { method: 'HEAD' });
  // A proxy may add parameters.
  const [mediaType = ''] = headers.get('content-type')?.split(';', 1) ?? [];
  return { status, mediaType: mediaType.trim().toLowerCase() };
}

function ask(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, { redirect: 'manual', ...init, signal: AbortSignal.timeout(lookMs) });
}
