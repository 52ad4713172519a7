export { startHub, type Hub } from './network/start-hub.js';
export type { HubOptions, TlsOptions, TokenOptions } from './network/hub-options.js';
export type { Authorize, Grant, Handshake, PeerLimits } from './network/authorization.js';
export type { HubEvent } from './network/hub-events.js';
export type { Limits } from './limits.js';
export type { HubTokens, Role } from './network/tokens.js';
export type { HubStatus } from '../src/protocol/messages.js';
export { fetchStatus } from '../src/leader/observe.js';
