import type { Metric, Registry } from 'prom-client';
import { isA } from '../errors/thrown.js';
import { jsonAnswer, type Answer } from '../http/pages.js';
import type { Family } from './family.js';
import { LoopDelay } from './loop-delay.js';

/** What `/metrics` is answered with. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

/**
 * Writes what Prometheus reads, by prom-client: the families that are read anew each time, and how its process is. It costs
 * nothing before somebody asks.
 */
export class Metrics {
  readonly #families: () => readonly Family[];
  #ready: Promise<Writer | undefined> | undefined;

  constructor(families: () => readonly Family[]) {
    this.#families = families;
  }

  /** @returns undefined where prom-client is not installed */
  async read(): Promise<MetricsText | undefined> {
    const writer = await this.#load();
    return writer && (await writer.write(this.#families()));
  }

  async #load(): Promise<Writer | undefined> {
    this.#ready ??= loadWriter();
    try {
      return await this.#ready;
    } catch (error) {
      // It may be there the next time.
      this.#ready = undefined;
      throw error;
    }
  }

  /** What a request for it is answered with. */
  async answer(): Promise<Answer> {
    const read = await this.read();
    if (read === undefined) return jsonAnswer(501, { status: 'not installed', reason: noClient });
    return { status: 200, contentType: read.contentType, body: read.text };
  }
}

const noClient = 'metrics are written by the package prom-client, which is not there: npm install prom-client beside paladin-rx';

/** How the process is, which is the same for all hubs and workers in it. */
let ofProcess: { readonly registry: Registry; readonly loopDelay: LoopDelay } | undefined;

async function loadWriter(): Promise<Writer | undefined> {
  try {
    const { default: client } = await import('prom-client');
    if (ofProcess === undefined) {
      const registry = new client.Registry();
      client.collectDefaultMetrics({ register: registry });
      ofProcess = { registry, loopDelay: new LoopDelay() };
    }
    return new Writer(client.Registry, ofProcess);
  } catch (error) {
    if (isA(error, Error) && Reflect.get(error, 'code') === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

class Writer {
  readonly #Registry: typeof Registry;
  readonly #process: NonNullable<typeof ofProcess>;

  constructor(registry: typeof Registry, process: NonNullable<typeof ofProcess>) {
    this.#Registry = registry;
    this.#process = process;
  }

  async write(families: readonly Family[]): Promise<MetricsText> {
    const registry = new this.#Registry();
    for (const family of [...families, this.#process.loopDelay.read()]) {
      // All that a registry needs of a metric are its name, and its numbers when it is asked.
      registry.registerMetric({ name: family.name, get: () => family } as unknown as Metric);
    }
    const text = `${await registry.metrics()}\n${await this.#process.registry.metrics()}`;
    return { contentType: registry.contentType, text };
  }
}
