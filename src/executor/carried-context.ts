/*
 * Executes operations within the context that their job carries. It finds what the program has set up for OpenTelemetry in this
 * thread, by the place that all copies of `@opentelemetry/api` 1.x share. So modules of operations need nothing of this package
 * for that, and whoever has no OpenTelemetry loads nothing.
 */
import { decodeHeaders, type Headers } from '../wire/headers.js';

/** A context of OpenTelemetry. */
type Context = object;

/** How a propagator reads headers. */
interface Getter {
  keys(headers: Headers): string[];
  get(headers: Headers, name: string): string | undefined;
}

/** The parts that are used here. Each is absent where nothing was set up. */
interface OpenTelemetry {
  readonly context?: { active(): Context; with<T>(context: Context, call: () => T): T };
  readonly propagation?: { extract(context: Context, headers: Headers, getter: Getter): Context };
}

const place: unique symbol = Symbol.for('opentelemetry.js.api.1') as never;

const getter: Getter = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
};

/** Calls something within a context. */
export type Within = <T>(call: () => T) => T;

const asItIs: Within = (call) => call();

/**
 * Finds the context that a job, or one of its batches, carries.
 *
 * @param carried headers; later ones count before earlier ones
 */
export function withinCarried(...carried: readonly (Uint8Array | undefined)[]): Within {
  if (carried.every((headers) => headers === undefined)) return asItIs;
  const { context, propagation } = (globalThis as { readonly [place]?: OpenTelemetry })[place] ?? {};
  if (context === undefined || propagation === undefined) return asItIs;
  const headers: Headers = Object.fromEntries(
    carried.flatMap((bytes) => (bytes === undefined ? [] : Object.entries(decodeHeaders(bytes)))),
  );
  return (call) => context.with(propagation.extract(context.active(), headers, getter), call);
}
