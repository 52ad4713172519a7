/** What only Node has, by the module that has it. */
interface NodeModules {
  readonly 'node:async_hooks': typeof import('node:async_hooks');
  readonly 'node:perf_hooks': typeof import('node:perf_hooks');
  readonly 'node:timers': typeof import('node:timers');
}

/** A module of Node; undefined in browsers, whose bundlers would follow an import and find none. */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  // Node alone has this function, and the type says what it returns for each name.
  const { process } = globalThis as unknown as {
    readonly process?: { readonly getBuiltinModule?: (name: string) => NodeModules[Name] | undefined };
  };
  return process?.getBuiltinModule?.(name);
}
