const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** @throws a TypeError when the bytes are not UTF-8 */
export function utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function utf8Of(text: string): Uint8Array {
  return encoder.encode(text);
}
