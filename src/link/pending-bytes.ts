/**
 * How many bytes a connection was given and has not handed to the operating system: what its engine keeps back while the
 * transport is busy, and what the websocket has buffered. The websocket alone says little, since most waits in the engine.
 */
export function pendingBytes(
  writeBuffer: readonly { readonly data?: unknown }[],
  websocket: { readonly bufferedAmount: number } | undefined,
): number {
  let bytes = websocket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) if (data instanceof Uint8Array) bytes += data.byteLength;
  return bytes;
}
