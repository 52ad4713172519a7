import type { Packr as PackrClass, RESET_BUFFER_MODE as Mode } from 'msgpackr';
// Not `msgpackr` itself: that loads a native module, and with it child processes and sockets, to read texts a little quicker.
import * as pack from 'msgpackr/pack';

// The types of this part of msgpackr are found by no compiler. They are those of the whole.
const { Packr: packr, RESET_BUFFER_MODE: mode } = pack as unknown as {
  readonly Packr: typeof PackrClass;
  readonly RESET_BUFFER_MODE: typeof Mode;
};

/** The class that packs and unpacks. */
export const Packr: typeof PackrClass = packr;
/** Lets it write from the start of its buffer. */
export const RESET_BUFFER_MODE: typeof Mode = mode;
