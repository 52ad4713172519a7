import type { Dial } from './link.js';
import { SocketLink, type Credentials, type PeerRole } from './socket-link.js';

/**
 * Makes links to a hub over socket.io. A lost connection is made again, with jittered and growing delays.
 *
 * @param parse the door for what the hub sends
 * @param waits whether to wait for a hub that is not there yet; else the link is refused when none answers
 */
export function socketDial<Sent extends object, Received>(
  hub: URL,
  role: PeerRole,
  credentials: Credentials,
  parse: (message: unknown) => Received,
  waits = true,
): Dial<Sent, Received> {
  return (events) => new SocketLink<Sent, Received>(hub, role, credentials, parse, events, waits);
}
