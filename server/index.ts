export { startHub, type Hub, type HubEvent, type HubOptions } from './start-hub.js';
export type { HubTokens } from './handshake.js';
export type { HubStatus } from '../src/protocol/messages.js';
export { fetchStatus } from '../src/leader/observe.js';
