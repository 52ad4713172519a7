import { clearScreenDown, cursorTo } from 'node:readline';
import type { HubStatus } from '../../src/protocol/hub-status.js';
import { cutTo } from '../../src/protocol/columns.js';
import { printable } from '../../src/protocol/printable.js';
import { statusText } from './status-text.js';

/** So many statuses before are kept: what is done in a second is told of the last five. */
const remembered = 5;

/** Where nobody knows how large the terminal is: it says 0, or nothing. */
const usualRows = 24;
const usualColumns = 80;

/** What statuses are shown on, as `process.stdout` is one. */
export interface StatusStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
}

/**
 * Shows one status after the other. On a terminal each takes the place of the one before, and is cut to the window. Elsewhere
 * they follow each other.
 */
export class StatusScreen {
  readonly #hub: string;
  readonly #json: boolean;
  readonly #out: StatusStream;
  readonly #before: HubStatus[] = [];

  constructor(hub: string, json: boolean, out: StatusStream = process.stdout) {
    this.#hub = hub;
    this.#json = json;
    this.#out = out;
  }

  show(status: HubStatus): void {
    if (this.#json) this.#out.write(`${JSON.stringify(status)}\n`);
    else this.#put(statusText(this.#hub, status, this.#before[0]));
    this.#before.push(status);
    if (this.#before.length > remembered) this.#before.shift();
  }

  /** Something that is no status. */
  say(text: string): void {
    if (this.#json) process.stderr.write(`${printable(text)}\n`);
    else this.#put(printable(text));
  }

  #put(text: string): void {
    if (this.#out.isTTY !== true) {
      this.#out.write(`${text}\n\n`);
      return;
    }
    const rows = known(this.#out.rows) ?? usualRows;
    const columns = known(this.#out.columns) ?? usualColumns;
    const lines = text.split('\n').map((line) => cutTo(columns, line));
    const shown = lines.length < rows ? lines : [...lines.slice(0, rows - 2), '…'];
    cursorTo(this.#out, 0, 0);
    clearScreenDown(this.#out);
    this.#out.write(`${shown.join('\n')}\n`);
  }
}

function known(size: number | undefined): number | undefined {
  return size === 0 ? undefined : size;
}
