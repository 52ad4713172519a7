/** What a hub answers to observers over HTTP: `/metrics` and `/status.json`. */
import type { HubStatus } from '../../src/protocol/hub-status.js';
import type { HubFacts } from '../core/facts.js';
import { hubFamilies } from './hub-families.js';
import { Metrics } from '../../src/metrics/metrics.js';
import { readVersion } from '../../src/metrics/version.js';
import { jsonAnswer, kept, type Answer, type Pages } from '../../src/http/pages.js';
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
  #version: string | undefined;

  constructor({ status, facts, traffic }: HubTold) {
    const metrics = new Metrics(() => {
      this.#version ??= readVersion();
      return hubFamilies({ ...facts(), bytes: traffic.read(), version: this.#version });
    });
    this.pages = new Map<string, () => Promise<Answer>>([
      ['/status.json', kept(() => jsonAnswer(200, status()))],
      ['/metrics', kept(() => metrics.answer())],
    ]);
  }
}
