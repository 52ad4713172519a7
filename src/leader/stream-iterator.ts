import { holds, readOr } from '../errors/thrown.js';

/** A readable stream of the web, as far as `fromPull` needs it. The streams of some browsers cannot be iterated. */
export interface WebStream<T> {
  /** Locks the stream, and gives what reads it. */
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: T | undefined }>;
    releaseLock(): void;
    cancel?(): Promise<void>;
  };
}

/** A stream of Node, or an interface of `node:readline`, as far as it is needed here. */
interface NodeStream<T> extends AsyncIterable<T> {
  readonly destroy?: () => void;
  readonly close?: () => void;
}

/** Whether it is a stream of the web's kind. */
export function isWebStream(input: unknown): input is WebStream<never> {
  return typeof input === 'object' && input !== null && typeof readOr(input, 'getReader') === 'function';
}

/** Whether it is a stream of Node's kind, or reads one by lines. */
export function isNodeStream(input: unknown): input is NodeStream<never> {
  if (typeof input !== 'object' || input === null || !holds(() => Symbol.asyncIterator in input)) return false;
  const isFunction = (name: string): boolean => typeof readOr(input, name) === 'function';
  return (isFunction('pipe') && isFunction('destroy')) || (isFunction('close') && 'line' in input && 'terminal' in input);
}

/** Reads a stream. Its own iterator would be closed only after the read that is under way, which may never end. */
export function webStreamIterator<T>(stream: WebStream<T>): AsyncIterator<T> {
  const reader = stream.getReader();
  return {
    next: async () => {
      try {
        const { done, value } = await reader.read();
        // The type of what is read knows no more than this.
        if (!done) return { done, value: value as T };
      } catch (error) {
        reader.releaseLock();
        throw error;
      }
      reader.releaseLock();
      return { done: true, value: undefined };
    },
    return: async () => {
      const cancelled = reader.cancel?.();
      // A read that is under way ends with the stream. So the lock can be given up.
      reader.releaseLock();
      await cancelled;
      return { done: true, value: undefined };
    },
  };
}

/**
 * Reads a stream, and destroys it where it is left before its end. Its own iterator would wait for the read that is under way.
 */
export function nodeStreamIterator<T>(stream: NodeStream<T>): AsyncIterator<T> {
  const iterator = stream[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    return: async () => {
      if (stream.destroy === undefined) stream.close?.();
      else stream.destroy();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}
