/** A payload is not what any serializer of this package writes. @throws always */
export function malformed(what: string): never {
  throw new Error(`malformed data: ${what}`);
}
