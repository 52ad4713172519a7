/** What the threads of Piscina and Tinypool execute: the default export of a module. */
// oxlint-disable-next-line import/no-default-export -- their contract
export default function noOp(value: unknown): unknown {
  return value;
}
