export { fromPull } from './from-pull.js';
export { remoteFold } from './remote-fold.js';
export { remoteMap } from './remote-map.js';
export type { RemoteOptions } from '../src/leader/remote-observable.js';
