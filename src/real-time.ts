import { callerContext } from './caller-context.js';
import { nodeModule } from './platform.js';

/*
 * Time that goes on while a test has fake timers in the place of the real ones. The fakes may come before this module is loaded,
 * or after. Waits that no user asked for must not depend on a fake clock: turns of the event loop, looks at a socket, heartbeats.
 * Deadlines that a user has set are for `Timer`, which a fake clock moves.
 */

const nodeTimers = nodeModule('timers');
const { performance: clock } = nodeModule('perf_hooks') ?? globalThis;

/** Fakes replace the object or its method. The method of its class is the real one. */
const { now: read } = Object.getPrototypeOf(clock) as { readonly now: (this: typeof clock) => number };

/** Milliseconds on a clock that only goes forward, and that no fake sets. */
export const realNow: () => number = read.bind(clock);

/**
 * Objects whose functions may be real. A test runner gives modules a global object of their own, and leaves Node's module alone.
 */
const holders = [nodeTimers, globalThis].filter((holder) => holder !== undefined);

/** It is undefined where there are only fakes, and in browsers. Fakes return something else than the real function. */
const setRealImmediate = holders.find(({ setImmediate, clearImmediate }) => {
  if (typeof setImmediate !== 'function') return false;
  const made: unknown = setImmediate(() => undefined);
  const isReal = typeof made === 'object' && made !== null && '_onImmediate' in made;
  if (made !== undefined && made !== null) {
    // The real function takes anything for an immediate of its own, unless that says that it was cleared. A number cannot say
    // that.
    const handle: unknown = Object(made);
    if (!isReal) Reflect.set(handle as object, '_destroyed', true);
    clearImmediate(handle as never);
  }
  return isReal;
})?.setImmediate;

/** The same for timers. In browsers all return numbers, and fakes that were there before cannot be told: none is made there. */
const realTimers = holders.find(({ setTimeout, clearTimeout }) => {
  if (nodeTimers === undefined) return true;
  const made: unknown = setTimeout(() => undefined, 1);
  // Only one of both may be a fake. For a real function the number of a fake timer would be that of another one. An object is
  // not.
  clearTimeout(Object(made) as never);
  return typeof made === 'object' && made !== null && '_onTimeout' in made;
});
const setRealTimeout = realTimers?.setTimeout;
const clearRealTimeout = realTimers?.clearTimeout;

/** Whether what waits by `setImmediate` waits for a fake clock. */
export function isImmediateFake(): boolean {
  return nodeTimers !== undefined && globalThis.setImmediate !== setRealImmediate;
}

/** Calls back in a turn of its own of the event loop. Unlike `setTimeout` it is not throttled or delayed by a millisecond. */
export function nextTurn(callback: () => void): void {
  if (setRealImmediate === undefined) channelTurns.add(callback);
  else setRealImmediate(callback);
}

/**
 * Keeps the event loop turning for as long as it is wanted, so that whatever comes is seen at once. It does so only where turns
 * cost next to nothing: not in browsers.
 */
export function keepTurning(isWanted: () => boolean): void {
  if (setRealImmediate === undefined) return;
  const turn = (): void => {
    if (isWanted()) setRealImmediate(turn);
  };
  turn();
}

/** Something that is going to be called. */
export interface Later {
  readonly cancel: () => void;
  /** Does not keep the program from ending. */
  readonly unref: () => void;
}

/** Calls back after some time. */
export function later(callback: () => void, ms: number): Later {
  if (setRealTimeout === undefined) return afterWait(callback, ms);
  const timer = setRealTimeout(callback, ms);
  return {
    cancel: () => {
      // In Node a timer can be closed by its own method, whatever has become of `clearTimeout`.
      if (typeof timer === 'object') timer.close();
      else clearRealTimeout?.(timer);
    },
    unref: () => {
      // In browsers timers are numbers, and keep nothing.
      if (typeof timer === 'object') timer.unref();
    },
  };
}

/**
 * Waits by the one clock of the platform that fakes leave alone. `AbortSignal.timeout` would not do: it goes by the module
 * `node:timers` as it is when the first signal is made, and so by earlier fakes.
 */
function afterWait(callback: () => void, ms: number): Later {
  const cell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  // The wait does not keep the program from ending. The port does.
  const { port1 } = new MessageChannel();
  hold(port1, true);
  let isOver = false;
  const end = (): boolean => {
    if (isOver) return false;
    isOver = true;
    port1.close();
    return true;
  };
  const wait = async (): Promise<void> => {
    await Atomics.waitAsync(cell, 0, 0, Math.max(1, ms)).value;
    if (end()) callback();
  };
  wait().catch((error: unknown) => {
    // An error is thrown outside of any promise, like one in a timer.
    nextTurn(() => {
      throw error;
    });
  });
  return {
    cancel: () => {
      if (end()) Atomics.notify(cell, 0);
    },
    unref: () => {
      if (!isOver) hold(port1, false);
    },
  };
}

type Channel = InstanceType<typeof MessageChannel>;

/** Turns of the event loop, made by messages to oneself. */
class ChannelTurns {
  #callbacks: (() => void)[] = [];
  /** Node delivers a message to a port that is being read in the same turn. So two ports are used in turn. */
  #channels: readonly [Channel, Channel] | undefined;
  #at = 0;

  add(callback: () => void): void {
    // A message comes in the context of its port. A turn must come in the context of its caller, like one of `setImmediate`.
    const context = callerContext();
    this.#callbacks.push(() => context.run(callback));
    if (this.#callbacks.length === 1) this.#post();
  }

  #post(): void {
    this.#channels ??= [this.#open(), this.#open()];
    this.#at = 1 - this.#at;
    const { port1, port2 } = this.#channels[this.#at === 0 ? 0 : 1];
    hold(port1, true);
    port2.postMessage(undefined);
  }

  #open(): Channel {
    const channel = new MessageChannel();
    const { port1 } = channel;
    Object.assign(port1, {
      onmessage: () => {
        hold(port1, false);
        this.#run();
      },
    });
    hold(port1, false);
    return channel;
  }

  #run(): void {
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    let at = 0;
    try {
      for (; at < callbacks.length; at += 1) callbacks[at]?.();
    } finally {
      // The callbacks behind one that throws come in the next turn.
      const rest = callbacks.slice(at + 1);
      if (rest.length > 0) {
        this.#callbacks.unshift(...rest);
        if (this.#callbacks.length === rest.length) this.#post();
      }
    }
  }
}

const channelTurns = new ChannelTurns();

/** In Node a port may keep the program from ending. */
function hold(port: Partial<Channel['port1']>, whether: boolean): void {
  if (whether) port.ref?.();
  else port.unref?.();
}
