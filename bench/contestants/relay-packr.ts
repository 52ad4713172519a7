import { Packr } from 'msgpackr';

/**
 * The serializer of the bare relay, on both sides: msgpackr with typed arrays as what they are, and with its records, by which
 * small objects pass more than twice as fast as by maps.
 */
export function relayPackr(): Packr {
  return new Packr({ moreTypes: true, useRecords: true });
}
