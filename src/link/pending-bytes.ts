/**
 * How many bytes a connection was given and has not handed to the operating system. The engine keeps some back while the
 * transport is busy, and the websocket has buffered others. Most bytes wait in the engine, so the websocket's number alone says
 * little.
 */
export function pendingBytes(
  writeBuffer: readonly { readonly data?: unknown }[],
  websocket: { readonly bufferedAmount: number } | undefined,
): number {
  let bytes = websocket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) if (data instanceof Uint8Array) bytes += data.byteLength;
  return bytes;
}
