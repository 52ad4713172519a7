import { messageOf } from '../errors/thrown.js';
import { TooMuchTogether } from './expansion.js';
import { madeBytesPerByte, madeTextBytes, madeTextUs, mostMadeBytes, mostTextUs, surelyFittingBytes } from './limits.js';
import { malformed } from './malformed.js';
import { NotSerializableError } from './serializer.js';

/** How many bytes in memory the values of a payload may take. */
export function mostMade(payloadBytes: number): number {
  return mostMadeBytes + madeBytesPerByte * payloadBytes;
}

/** Whether the values of a payload of this size could take too much memory. */
export function mayOverflow(payloadBytes: number): boolean {
  return payloadBytes > surelyFittingBytes;
}

/** @throws an Error when values that take so many bytes in memory cannot be made of so large a payload */
export function checkMade(madeBytes: number, payloadBytes: number): void {
  const most = mostMade(payloadBytes);
  if (madeBytes <= most) return;
  malformed(`more small values than a payload of ${payloadBytes} bytes may hold: they would take more than ${most} bytes`);
}

/**
 * Checks before sending what a reader would refuse.
 *
 * @param check what the reader will check
 * @throws {@link NotSerializableError} when one value is too much, {@link TooMuchTogether} when several are
 */
export function checkSent(count: number, check: () => void): void {
  try {
    check();
  } catch (cause) {
    const what = `more small values than fit into one payload: ${messageOf(cause)}`;
    throw count === 1 ? new NotSerializableError(0, '$', what, { cause }) : new TooMuchTogether(what, { cause });
  }
}

const quote = 0x22;
const backslash = 0x5c;

/** The same for JSON text, before it is parsed. @throws an Error when that would take too much memory, or too long */
export function checkText(text: Uint8Array): void {
  if (!mayOverflow(text.byteLength)) return;
  let made = 0;
  let takenUs = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case quote:
        made += madeTextBytes.text;
        takenUs += madeTextUs.text;
        for (at++; at < text.length && text[at] !== quote; at++) if (text[at] === backslash) at++;
        break;
      case 0x2c:
        made += madeTextBytes.item;
        takenUs += madeTextUs.item;
        break;
      case 0x5b:
        made += madeTextBytes.list;
        takenUs += madeTextUs.list;
        break;
      case 0x7b:
        made += madeTextBytes.object;
        takenUs += madeTextUs.object;
        break;
      default:
    }
  }
  checkMade(made, text.byteLength);
  if (takenUs > mostTextUs) {
    malformed(
      `more small values than a text may hold: it takes longer than ${mostTextUs / 1_000_000} s to make them; msgpack takes less`,
    );
  }
}
