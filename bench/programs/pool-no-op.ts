/** What the threads of Piscina and Tinypool execute. */
export function noOp(value: unknown): unknown {
  return value;
}
