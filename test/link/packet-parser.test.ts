import { describe, expect, it, vi } from 'vitest';
import { FrameMemory } from '../../src/wire/frame-memory.js';
import { decodeMessages, outgoing } from '../../src/wire/message-codec.js';
import { decoderOf, messagesFrame, packetParser, partFrame } from '../../src/link/packet-parser.js';

const thrown = vi.hoisted((): unknown[] => []);
vi.mock('../../src/next-turn.js', async (original) => ({
  ...(await original<object>()),
  throwAtNobody: (error: unknown) => thrown.push(error),
}));

const encoder = new packetParser.Encoder();

function connect(nsp: string): Uint8Array {
  // What makes a packet of a kind is one frame.
  return encoder.encode({ type: 0, nsp })[0] as Uint8Array;
}

/** A decoder of a connection to a namespace, and what comes out of it on which way. */
function connected(nsp: string): {
  decoder: InstanceType<typeof packetParser.Decoder>;
  story: unknown[];
  sink: Parameters<InstanceType<typeof packetParser.Decoder>['deliverTo']>[0];
} {
  const decoder = new packetParser.Decoder();
  const story: unknown[] = [];
  decoder.on('decoded', ({ type, data }) => story.push(['packet', type, Array.isArray(data) ? data[0] : undefined]));
  decoder.add(connect(nsp));
  story.length = 0;
  const sink = {
    messages: (bytes: Uint8Array) => story.push(decodeMessages(bytes)),
    part: (part: object) => story.push(part),
  };
  return { decoder, story, sink };
}

const hello = [{ type: 'hello' }];
const helloFrame = (nsp: string): Uint8Array => messagesFrame(nsp, hello.map(outgoing), new FrameMemory());
const part = { bytes: Uint8Array.of(1, 2, 3), last: false };

describe('a decoder that delivers to a sink', () => {
  it('hands it messages and parts in order, and everything else to socket.io', () => {
    const { decoder, story, sink } = connected('/worker');
    decoder.add(helloFrame('/worker'));
    decoder.deliverTo(sink);
    decoder.add(helloFrame('/worker'));
    decoder.add(partFrame('/worker', part));
    decoder.add(new Uint8Array(helloFrame('/worker')).buffer);
    decoder.add(encoder.encode({ type: 2, nsp: '/worker', data: ['mark', 1] })[0]);
    decoder.deliverTo(undefined);
    decoder.add(helloFrame('/worker'));
    expect(story).toEqual([['packet', 2, 'messages'], hello, part, hello, ['packet', 2, 'mark'], ['packet', 2, 'messages']]);
  });

  it('does not hand it what is for another namespace', () => {
    const { decoder, story, sink } = connected('/worker');
    decoder.deliverTo(sink);
    decoder.add(helloFrame('/leader'));
    decoder.add(partFrame('/leader', part));
    expect(story).toEqual([
      ['packet', 2, 'messages'],
      ['packet', 2, 'part'],
    ]);
  });

  it('delivers nothing of the next connection until it is told to', () => {
    const { decoder, story, sink } = connected('/worker');
    decoder.deliverTo(sink);
    decoder.destroy();
    decoder.on('decoded', ({ type }) => story.push(type));
    decoder.add(connect('/worker'));
    decoder.add(helloFrame('/worker'));
    expect(story).toEqual([0, 2]);
  });

  it('throws what the sink throws at nobody who would close the connection for it', () => {
    const { decoder } = connected('/worker');
    decoder.deliverTo({
      messages: () => {
        throw new Error('a defect');
      },
      part: () => undefined,
    });
    expect(() => decoder.add(helloFrame('/worker'))).not.toThrow();
    expect(thrown).toEqual([new Error('a defect')]);
  });
});

describe('decoderOf', () => {
  it('finds the decoder of a connection, and says when there is none', () => {
    const decoder = new packetParser.Decoder();
    expect(decoderOf({ decoder })).toBe(decoder);
    expect(() => decoderOf({})).toThrow('a packet parser');
  });
});
