/** What Piscina's threads execute. It takes the default export of a module. */
// oxlint-disable-next-line import/no-default-export -- Piscina's contract
export default function noOp(value: unknown): unknown {
  return value;
}
