/**
 * The hub: to start one, and to ask one how it is.
 *
 * @module paladin-rx/server
 */

export { startHub, type Hub } from './network/start-hub.js';
export type { HubOptions, TlsOptions, TokenOptions } from './network/hub-options.js';
export type { Authorize, Grant, Handshake, PeerLimits, RequestHeaders } from './network/authorization.js';
export type { JobEnd } from './core/job-accounts.js';
export type { HubEvent } from './network/hub-events.js';
export type { BatchOfJob, HubActivity } from './in-process/hub-activity.js';
export type { LimitOptions, Limits } from './limits.js';
export type { HubTokens, Role } from './network/tokens.js';
export type { HubStatus } from '../src/protocol/hub-status.js';
export type { Verdict, Vitals } from '../src/protocol/overview.js';
export type { HubLimits, Offers, ReportedProgress } from '../src/protocol/messages.js';
export type { HostUrl } from '../src/host-types.js';
export type { Token } from '../src/link/check-token.js';
export { fetchStatus, type StatusOptions } from '../src/leader/observe.js';
export type { SchedulerLimits } from './core/scheduler-events.js';
