import ts from 'typescript';

/** A package's entry as TypeScript sees it: what it exports, and how that is documented. */
export interface PublicSymbol {
  readonly name: string;
  /** Where it is declared, relative to the project. */
  readonly file: string;
  readonly symbol: ts.Symbol;
}

/** What entries export. */
export interface PublicApi {
  /** All of it, each symbol once. */
  readonly symbols: readonly PublicSymbol[];
  /** What each entry exports, by the entry. */
  readonly byEntry: ReadonlyMap<string, ReadonlySet<ts.Symbol>>;
  readonly checker: ts.TypeChecker;
}

/** All that these entries export. Only files below `root` are read: what they import from packages has no type here. */
export function publicApi(root: string, entries: readonly string[]): PublicApi {
  const options: ts.CompilerOptions = { noLib: true, types: [], allowImportingTsExtensions: true, noEmit: true };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => ({
      resolvedModule: text.startsWith('.')
        ? { resolvedFileName: ts.sys.resolvePath(`${from}/../${text.replace(/\.js$/u, '.ts')}`), extension: ts.Extension.Ts }
        : undefined,
    }));
  const program = ts.createProgram(
    entries.map((entry) => ts.sys.resolvePath(`${root}/${entry}`)),
    options,
    host,
  );
  const checker = program.getTypeChecker();
  const byEntry = new Map(
    entries.map((entry) => {
      const file = program.getSourceFile(ts.sys.resolvePath(`${root}/${entry}`));
      const entrySymbol = file && checker.getSymbolAtLocation(file);
      if (entrySymbol === undefined) throw new Error(`${entry} exports nothing`);
      return [entry, new Set(checker.getExportsOfModule(entrySymbol).map((symbol) => resolved(checker, symbol)))];
    }),
  );
  const symbols = new Set([...byEntry.values()].flatMap((exported) => [...exported]));
  return {
    checker,
    byEntry,
    symbols: Array.from(symbols, (symbol) => ({ name: symbol.name, file: fileOf(symbol).slice(root.length + 1), symbol })),
  };
}

/** What its documentation lacks; nothing when it is complete. */
export function gaps({ name, file, symbol }: PublicSymbol, checker: ts.TypeChecker): string[] {
  const place = `${file}: ${name}`;
  const tags = new Set(symbol.getJsDocTags(checker).map((tag) => tag.name));
  const isFunction = (symbol.flags & ts.SymbolFlags.Function) !== 0;
  const found = textOf(symbol, checker) === '' ? [`${place} has no doc comment`] : [];
  if ((symbol.flags & ts.SymbolFlags.Value) !== 0 && !tags.has('example')) found.push(`${place} has no @example`);
  if (isFunction && !tags.has('throws') && !textOf(symbol, checker).includes('never throws')) {
    found.push(`${place} has no @throws, and does not say that it never throws`);
  }
  if (isFunction) found.push(...parameterGaps(place, symbol, checker));
  return [...found, ...memberGaps(place, symbol, checker)];
}

function parameterGaps(place: string, symbol: ts.Symbol, checker: ts.TypeChecker): string[] {
  const described = new Set(
    symbol
      .getJsDocTags(checker)
      .filter((tag) => tag.name === 'param')
      .map((tag) => tag.text?.find(({ kind }) => kind === 'parameterName')?.text),
  );
  const [first] = checker.getTypeOfSymbol(symbol).getCallSignatures();
  const missing = (first?.getParameters() ?? []).filter((parameter) => !described.has(parameter.name));
  return missing.map((parameter) => `${place} has no @param ${parameter.name}`);
}

function memberGaps(place: string, symbol: ts.Symbol, checker: ts.TypeChecker): string[] {
  if ((symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) === 0) return [];
  const areOptions = /(?:Options|Spec|Limits|Codec|Grant)$/u.test(symbol.name);
  return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).flatMap((member) => {
    if (member.name.startsWith('__#')) return [];
    const text = textOf(member, checker);
    if (text === '') return [`${place}.${member.name} has no doc comment`];
    if (!hasUnit(member.name, text)) return [`${place}.${member.name} has no unit at the end of its name`];
    const saysDefault = /\bDefault\b|\bRequired\b|\bis required\b/u.test(text) || !areOptions;
    return saysDefault ? [] : [`${place}.${member.name} says neither its default nor that it is required`];
  });
}

/** Times that are called a timeout are milliseconds, as in RxJS. Every other quantity has its unit at the end of its name. */
function hasUnit(name: string, text: string): boolean {
  if (/\bin milliseconds\b/u.test(text)) return /(?:imeout|Ms)$/u.test(name);
  return !/\bin megabytes\b/u.test(text) || name.endsWith('Mb');
}

function textOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
}

/**
 * The types that these symbols name, and that nothing exports. Nobody could write such a type down. Types of packages, and types
 * that the language has, do not count.
 */
export function hiddenTypes(
  symbols: ReadonlySet<ts.Symbol>,
  exported: ReadonlySet<ts.Symbol>,
  checker: ts.TypeChecker,
): string[] {
  const found = new Set<string>();
  for (const symbol of symbols) {
    const visit = (node: ts.Node): void => {
      const name = nameOfType(node);
      const type = name && checker.getSymbolAtLocation(name);
      if (type !== undefined && isHidden(resolved(checker, type), exported)) found.add(`${symbol.name} names ${type.name}`);
      ts.forEachChild(node, (child) => {
        if (isPublic(child)) visit(child);
      });
    };
    for (const declaration of signaturesOf(symbol)) visit(declaration);
  }
  return [...found].toSorted();
}

function nameOfType(node: ts.Node): ts.Node | undefined {
  if (ts.isTypeReferenceNode(node)) return node.typeName;
  return ts.isExpressionWithTypeArguments(node) ? node.expression : undefined;
}

/** Whether it is declared in a file that was read, and not exported. A name without a declaration comes from elsewhere. */
function isHidden(type: ts.Symbol, exported: ReadonlySet<ts.Symbol>): boolean {
  const isKnown = (type.declarations ?? []).every((each) => ts.isTypeParameterDeclaration(each) || isGlobal(each));
  return !isKnown && (type.flags & ts.SymbolFlags.Type) !== 0 && !exported.has(type);
}

/** Whether it is declared for the whole program, and so needs no import. */
function isGlobal(declaration: ts.Declaration): boolean {
  return ts.findAncestor(declaration, ts.isModuleDeclaration)?.name.text === 'global';
}

/** Whether a part of a declaration is seen by others: no bodies, no initial values, nothing private. */
function isPublic(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBlock(node) || (ts.isClassElement(node) && node.name !== undefined && ts.isPrivateIdentifier(node.name))) return false;
  return !(ts.hasOnlyExpressionInitializer(parent) && parent.initializer === node);
}

/** The declarations of a symbol; of an overloaded function those that callers see. */
function signaturesOf(symbol: ts.Symbol): readonly ts.Declaration[] {
  const declarations = symbol.declarations ?? [];
  const isOverload = (each: ts.Declaration): boolean => ts.isFunctionDeclaration(each) && each.body === undefined;
  return declarations.some(isOverload) ? declarations.filter(isOverload) : declarations;
}

function resolved(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

function fileOf(symbol: ts.Symbol): string {
  return symbol.declarations?.[0]?.getSourceFile().fileName ?? '';
}
