import { describe, expect, it } from 'vitest';
import { Inbox } from '../../src/link/inbox.js';
import { Outbox } from '../../src/link/outbox.js';

/** A socket that keeps what it is given, and drains when told. */
function outlet(): {
  emitted: [string, unknown][];
  emit: (event: string, content: unknown) => void;
  onceDrained: (done: () => void) => void;
  drain: () => void;
} {
  let drained: (() => void) | undefined;
  const emitted: [string, unknown][] = [];
  return {
    emitted,
    emit: (event, content) => emitted.push([event, content]),
    onceDrained: (done) => {
      drained = done;
    },
    drain: () => drained?.(),
  };
}

describe('an outbox', () => {
  it('sends small messages as they are', () => {
    const socket = outlet();
    new Outbox(socket, 100).send({ type: 'x', payload: new Uint8Array(100) });
    expect(socket.emitted).toEqual([['message', { type: 'x', payload: new Uint8Array(100) }]]);
  });

  it('sends large messages in parts, of which an inbox makes the message again', () => {
    const socket = outlet();
    const message = { type: 'x', payload: Uint8Array.from({ length: 1_000 }, (_, at) => at % 256) };
    const outbox = new Outbox(socket, 300);
    outbox.send(message);
    const inbox = new Inbox(10_000);
    const whole = socket.emitted.map(([, part]) => inbox.add(part));
    expect(socket.emitted.map(([event]) => event)).toEqual(['part', 'part', 'part', 'part']);
    expect(whole.slice(0, -1)).toEqual([undefined, undefined, undefined]);
    expect(whole.at(-1)).toEqual({ message });
  });

  it('holds back what would pile up in the socket, in order, until that has drained', async () => {
    const socket = outlet();
    const outbox = new Outbox(socket, 100);
    for (let at = 0; at < 10; at += 1) outbox.send({ at, payload: new Uint8Array(100) });
    expect(socket.emitted).toHaveLength(4);
    let flushed = false;
    const flushing = outbox.flushed().then(() => {
      flushed = true;
    });
    socket.drain();
    socket.drain();
    await Promise.resolve();
    expect(flushed).toBe(false);
    socket.drain();
    await flushing;
    expect(socket.emitted.map(([, content]) => (content as { at: number }).at)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('forgets everything with the connection', async () => {
    const socket = outlet();
    const outbox = new Outbox(socket, 10);
    for (let at = 0; at < 10; at += 1) outbox.send({ payload: new Uint8Array(10) });
    outbox.clear();
    await outbox.flushed();
    socket.drain();
    expect(socket.emitted).toHaveLength(4);
  });
});

describe('an inbox', () => {
  it('refuses messages that are too large in all, and what is not a part', () => {
    const inbox = new Inbox(10);
    inbox.add({ bytes: new Uint8Array(6), last: false });
    expect(() => inbox.add({ bytes: new Uint8Array(6), last: false })).toThrow('a message of more than 10 bytes');
    for (const content of [null, 'x', {}, { bytes: [1], last: true }, { bytes: new Uint8Array(1) }]) {
      expect(() => new Inbox(10).add(content)).toThrow('expected a part of a message');
    }
  });
});
