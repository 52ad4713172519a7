const byHub = 'the hub closed the connection';

/** What socket.io's reasons for a disconnection mean, of whoever is at the other end. */
const texts: Readonly<Record<string, string>> = {
  'transport close': 'its connection closed: it ended, or the network broke',
  'transport error': 'its connection broke',
  'ping timeout': 'no heartbeat of it came in time: it stands still, or the network broke',
  'parse error': 'what it sent is no message of socket.io',
  'server shutting down': 'the hub shuts down',
  'server namespace disconnect': byHub,
  'io server disconnect': byHub,
  'forced close': byHub,
  'forced server close': byHub,
};

/**
 * Why a connection is over, in words for people.
 *
 * @param reason socket.io's own word for it, at either end
 * @param who whoever is at the other end
 */
export function disconnectionText(reason: string, who = 'it'): string {
  return reason === 'client namespace disconnect' ? `${who} left` : (texts[reason] ?? reason);
}
