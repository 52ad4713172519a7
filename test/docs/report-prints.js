// Loaded before a snippet: gives it the `console.log` that its commented calls were compiled to. What they print is also written
// to file descriptor 3, as lines of JSON.
import { writeSync } from 'node:fs';
import { format } from 'node:util';

Object.assign(globalThis, {
  reportPrint:
    (/** @type {string} */ url, /** @type {number} */ number) =>
    (/** @type {unknown[]} */ ...values) => {
      console.log(...values);
      try {
        writeSync(3, `${JSON.stringify({ url, number, text: format(...values) })}\n`);
      } catch {
        // A process that the snippet itself started has no such descriptor.
      }
    },
});
