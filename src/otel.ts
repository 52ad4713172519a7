/**
 * Traces by OpenTelemetry: spans of jobs and batches. The context of a subscriber goes along to its operations. It needs
 * `@opentelemetry/api`, which is an optional peer dependency of this package.
 *
 * @module paladin-rx/otel
 */

export { traceWith, type TraceOptions } from './leader/trace-with.js';
