import ts from 'typescript';

/**
 * A `console.log` whose line ends in a comment: the comment is what it prints. One that prints several times is given as
 * `1, 2, 3`. What one call prints over several lines is given on one line, with single spaces.
 */
export interface ExpectedPrint {
  /** The line in the code, from 1. */
  readonly line: number;
  readonly text: string;
}

/** The expected prints of a file, in order of appearance. */
export function expectedPrints(file: ts.SourceFile): ExpectedPrint[] {
  return sites(file).map(({ line, text }) => ({ line, text }));
}

/** Compiles each such `console.log` into a call that also reports what it printed (see `report-prints.js`), with its number. */
export const reportPrints: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const numbers = new Map(sites(file).map((site, number) => [site.node, number]));
  if (numbers.size === 0) return file;
  const { factory } = context;
  const visit = (node: ts.Node): ts.Node => {
    const number = numbers.get(node);
    if (number === undefined) return ts.visitEachChild(node, visit, context);
    const report = factory.createPropertyAccessExpression(factory.createIdentifier('globalThis'), 'reportPrint');
    return factory.createCallExpression(report, undefined, [
      factory.createPropertyAccessExpression(
        factory.createMetaProperty(ts.SyntaxKind.ImportKeyword, factory.createIdentifier('meta')),
        'url',
      ),
      factory.createNumericLiteral(number),
    ]);
  };
  return ts.visitEachChild(file, visit, context);
};

/** Whether what a call site printed, print by print, is what its comment says. */
export function printsAsExpected(expected: string, printed: readonly string[]): boolean {
  return printed.length > 0 && expected === printedText(printed);
}

export function printedText(printed: readonly string[]): string {
  return printed.map((text) => text.trim().replaceAll(/\s*\n\s*/gu, ' ')).join(', ');
}

interface Site extends ExpectedPrint {
  readonly node: ts.Node;
}

function sites(file: ts.SourceFile): Site[] {
  const comments = trailingComments(file);
  const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line;
  const found: Site[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && node.getText(file) === 'console.log') {
      const call = ts.isCallExpression(node.parent) && node.parent.expression === node ? node.parent : node;
      const line = lineOf(call.getEnd());
      const text = comments.get(line);
      if (text !== undefined) {
        if (found.some((site) => site.line === line + 1)) throw new Error(`line ${line + 1}: two console.log share one comment`);
        found.push({ node, line: line + 1, text });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The text of the `//` comment after the last token of each line that has both. */
function trailingComments(file: ts.SourceFile): Map<number, string> {
  const { text } = file;
  const comments = new Map<number, string>();
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(file);
    for (const child of children) visit(child);
    if (children.length > 0 || node.getWidth(file) === 0) return;
    const comment = ts.getTrailingCommentRanges(text, node.getEnd())?.at(-1);
    if (comment?.kind === ts.SyntaxKind.SingleLineCommentTrivia) {
      comments.set(file.getLineAndCharacterOfPosition(comment.pos).line, text.slice(comment.pos + 2, comment.end).trim());
    }
  };
  visit(file);
  return comments;
}
