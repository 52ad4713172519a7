/** A fenced block of code, in a page of the docs or in a doc comment. */
export interface Fence {
  /** The page or source file, relative to the project. */
  readonly page: string;
  /** The line of the page on which the code begins, from 1. */
  readonly line: number;
  /** The first word after the fence, such as `ts`; empty when there is none. */
  readonly language: string;
  /** Further words after the fence, such as `no-run` and `file=operations.ts`. */
  readonly words: readonly string[];
  readonly code: string;
}

/** The fenced blocks of a Markdown page, also those indented in lists. */
export function markdownFences(text: string, page: string): Fence[] {
  return fences(text.split(/\r?\n/u), page, () => true);
}

/** The fenced blocks below an `@example` in the doc comments of a source. */
export function exampleFences(text: string, page: string): Fence[] {
  const lines = text.split(/\r?\n/u);
  const inExample = new Set<number>();
  let inComment = false;
  let example = false;
  const stripped = lines.map((line, at) => {
    if (!inComment && /^\s*\/\*\*/u.test(line)) {
      inComment = !line.includes('*/');
      example = false;
      return '';
    }
    if (!inComment) return '';
    if (line.includes('*/')) {
      inComment = false;
      return '';
    }
    const content = line.replace(/^\s*\* ?/u, '');
    if (/^\s*@\w/u.test(content) && !openFence(stripFences(lines, at))) example = /^\s*@example\b/u.test(content);
    if (example) inExample.add(at);
    return content;
  });
  return fences(stripped, page, (at) => inExample.has(at));
}

const fenceLine = /^(\s*)(`{3,}|~{3,})\s*(.*?)\s*$/u;

/** The lines of the doc comment that line `at` belongs to, before it. */
function stripFences(lines: readonly string[], at: number): string[] {
  let start = at;
  while (start > 0 && !/^\s*\/\*\*/u.test(lines[start] ?? '')) start -= 1;
  return lines.slice(start + 1, at).map((line) => line.replace(/^\s*\* ?/u, ''));
}

/** Whether a fence is open after these lines: an `@decorator` in code is no tag. */
function openFence(lines: readonly string[]): boolean {
  return lines.filter((line) => fenceLine.test(line)).length % 2 === 1;
}

function fences(lines: readonly string[], page: string, wanted: (at: number) => boolean): Fence[] {
  const found: Fence[] = [];
  let open: { indent: number; mark: string; info: string; start: number } | undefined;
  for (const [at, line] of lines.entries()) {
    const [, indent = '', mark = '', info = ''] = fenceLine.exec(line) ?? [];
    if (open === undefined) {
      if (mark !== '') open = { indent: indent.length, mark, info, start: at + 1 };
    } else if (mark.startsWith(open.mark) && info === '') {
      if (wanted(open.start - 1)) {
        const [language = '', ...words] = open.info.split(/\s+/u);
        const code = lines.slice(open.start, at).map((codeLine) => dedent(codeLine, open?.indent ?? 0));
        found.push({ page, line: open.start + 1, language, words, code: `${code.join('\n')}\n` });
      }
      open = undefined;
    }
  }
  if (open !== undefined && wanted(open.start - 1)) throw new Error(`${page}:${open.start}: this fence is never closed`);
  return found;
}

function dedent(line: string, indent: number): string {
  const blank = /^\s*/u.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(indent, blank));
}
