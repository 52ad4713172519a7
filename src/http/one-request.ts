/** Requests over HTTP, one for each connection. */
import { IncomingMessage, ServerResponse, type Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { later } from '../real-time.js';

/**
 * The only request of its connection: it looks like one that upgrades. Else Node would handle all requests of a connection that
 * have come, thousands of them, before it looks at the next connection. It would keep a connection for as long as more requests
 * come, or answers are not read.
 */
export class OnlyRequest extends IncomingMessage {
  get upgrade(): boolean {
    return true;
  }

  /** Node sets it to what stands in the request. That is ignored. */
  set upgrade(_: unknown) {}
}

/** A server that takes one request a connection. It emits each as `upgrade`. */
export type OneRequestServer = HttpServer<typeof OnlyRequest> | HttpsServer<typeof OnlyRequest>;

/** How long an answer may take to be made and read, in milliseconds. What waits longer would only fill the process. */
const answeredWithinMs = 15_000;

/**
 * Has a request answered, and then ends its connection. One that does not read the answer is cut off.
 *
 * @param answer answers. It calls `goesOn` where the answer takes any time: then it looks itself after who does not read.
 * @param withinMs how long that may take
 */
export function answerOnly(
  request: OnlyRequest,
  answer: (response: ServerResponse, goesOn: () => void) => void,
  withinMs: number = answeredWithinMs,
): void {
  // The socket of the event is not used. With a body it may be a stream that waits for the body's end.
  const { socket } = request;
  // The other side may reset the connection.
  socket.on('error', () => undefined);
  const late = later(() => socket.destroy(), withinMs);
  late.unref();
  socket.once('close', () => late.cancel());
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    socket.destroySoon();
  });
  answer(response, () => late.cancel());
}
