/**
 * CommonJS whose source hooks give to an `import` gets a `require` of its own from Node. That one cannot load all ES modules:
 * Node 20 does not try, and Node 22 fails where nothing else has imported them before. So the source that hooks give to an
 * `import` has Node's loader of CommonJS load the module. If that loader executes the same text, it executes the module itself.
 * The names of its exports are found in code that never runs.
 *
 * @param source - what the module is without its types
 */
export function forImport(source: string): string {
  const load = "process.getBuiltinModule('node:module').createRequire(__filename)(__filename)";
  const execute = `module._compile(${JSON.stringify(source)}, __filename, 'commonjs')`;
  // Only the `require` of the loader of CommonJS has a cache.
  return `if (require.cache === undefined) ${load}; else ${execute}; if (false) {${source.replace(/^#!/u, '//')}\n}\n`;
}
