import { nodeModule } from './platform.js';

/** Warns the program: of what nothing else tells it. */
export function warn(reason: string): void {
  const process = nodeModule('process');
  // oxlint-disable-next-line no-console -- browsers have no other place for a warning
  if (process === undefined) console.warn(`PaladinWarning: ${reason}`);
  else process.emitWarning(reason, 'PaladinWarning');
}
