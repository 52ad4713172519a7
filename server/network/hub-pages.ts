/** What a hub answers to observers over HTTP: `/metrics` and `/status.json`. */
import { PaladinError } from '../../src/errors/paladin-error.js';
import type { HubStatus } from '../../src/protocol/messages.js';
import { printable } from '../../src/protocol/printable.js';
import type { HubFacts } from '../core/facts.js';
import { hubFamilies } from './hub-families.js';
import { Metrics } from '../../src/metrics/metrics.js';
import { readVersion } from '../version.js';
import { isLoopback } from './addresses.js';
import { jsonAnswer, type Answer, type Pages } from '../../src/http/pages.js';
import type { Traffic } from './traffic.js';

/** What the pages tell. */
export interface HubTold {
  readonly status: () => HubStatus;
  readonly facts: () => HubFacts;
  readonly traffic: Traffic;
}

/** The pages of a hub, until it closes. */
export class HubPages {
  readonly pages: Pages;
  readonly #metrics: Metrics;
  #version: string | undefined;

  constructor({ status, facts, traffic }: HubTold) {
    this.#metrics = new Metrics(() => {
      this.#version ??= readVersion();
      return hubFamilies({ ...facts(), bytes: traffic.read(), version: this.#version });
    });
    this.pages = new Map<string, () => Promise<Answer>>([
      ['/status.json', () => Promise.resolve(jsonAnswer(200, status()))],
      ['/metrics', async () => (await this.#readMetrics()) ?? jsonAnswer(501, noClient)],
    ]);
  }

  async close(): Promise<void> {
    await this.#metrics.close();
  }

  async #readMetrics(): Promise<Answer | undefined> {
    const read = await this.#metrics.read();
    return read && { status: 200, contentType: read.contentType, body: read.text };
  }
}

const noClient = {
  status: 'not installed',
  reason: 'metrics are written by the package prom-client, which is not there: npm install prom-client where the hub runs',
};

/**
 * A hub on loopback answers pages only to names of loopback. Else a web page could read them: the name of its own host may come
 * to stand for this machine.
 *
 * @throws {@link PaladinError} `PROTOCOL`
 */
export function checkHostHeader(listensOn: string, header: string | undefined): void {
  if (!isLoopback(listensOn)) return;
  const name = (header ?? '')
    .replace(/:\d*$/u, '')
    .replace(/^\[(?<address>.*)\]$/u, '$<address>')
    .toLowerCase();
  if (isLoopback(name) || name.endsWith('.localhost')) return;
  const shown = printable(name.slice(0, 300));
  throw new PaladinError('PROTOCOL', `the hub listens on ${listensOn}, and was asked as '${shown}': ask it as localhost`);
}
