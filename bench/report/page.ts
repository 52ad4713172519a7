const head = `# Benchmarks

\`npm run bench\` writes this page. \`npm run bench -- map\` measures one thing anew, and \`npm run bench -- --help\` says what there is to measure.
Contestants take turns in one run, and each result is checked. Figures are medians, with the spread from least to most.
The machines that these figures come from are shared and noisy: look at the ratios.
`;

/**
 * Puts sections into a page, in place of those of the same name; others stay.
 *
 * @param page as it is now; empty at first
 * @param order of the sections, by name; those that it does not know come last
 * @param sections what is below the heading, by name
 */
export function withSections(page: string, order: readonly string[], sections: ReadonlyMap<string, string>): string {
  const all = new Map([...sectionsOf(page), ...sections]);
  const placeOf = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const names = [...all.keys()].toSorted((a, b) => placeOf(a) - placeOf(b));
  return [head, ...names.map((name) => `## ${name}\n\n${all.get(name)?.trim() ?? ''}\n`)].join('\n');
}

function sectionsOf(page: string): Map<string, string> {
  const [, ...parts] = page.split(/^## /mu);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf('\n');
      return [part.slice(0, end).trim(), part.slice(end)];
    }),
  );
}
