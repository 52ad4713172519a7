/** What the threads of Piscina and Tinypool execute: the default export of a module. */
// oxlint-disable-next-line import/no-default-export -- both pools call the default export of a module
export default function noOp(value: unknown): unknown {
  return value;
}
