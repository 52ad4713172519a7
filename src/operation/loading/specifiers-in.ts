/** What a text of JavaScript or TypeScript seems to require or import. */
export function specifiersIn(source: string): string[] {
  const quoted = /\b(?:require|import|from)\s*(?:\(\s*)?(['"`])((?:(?!\1)[^\\\n])+)\1/gu;
  return [...source.matchAll(quoted)].map(({ 2: specifier = '' }) => specifier);
}
