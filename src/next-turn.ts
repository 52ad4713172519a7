const settled = Promise.resolve();

/**
 * Calls back once what runs now has ended, before anything else that comes. As `queueMicrotask`, which makes a resource for asynchronous hooks each
 * time in Node.
 */
export function afterThis(call: () => void): void {
  settled.then(call).catch(throwAtNobody);
}

/** Throws outside of any promise, as an error in a callback that nobody waits for is thrown. */
export function throwAtNobody(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Calls back in a turn of its own of the event loop. Unlike `setTimeout` it is not throttled or delayed by a millisecond. */
export function nextTurn(callback: () => void): void {
  if (typeof setImmediate === 'function') {
    setImmediate(callback);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  Object.assign(port1, {
    onmessage: () => {
      port1.close();
      callback();
    },
  });
  port2.postMessage(undefined);
}

/**
 * Keeps the event loop turning, so that whatever comes is seen at once, for as long as it is wanted. Only where turns cost next to nothing,
 * which they do not in browsers.
 */
export function keepTurning(isWanted: () => boolean): void {
  if (typeof setImmediate !== 'function') return;
  const turn = (): void => {
    if (isWanted()) setImmediate(turn);
  };
  turn();
}
