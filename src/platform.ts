/** What only Node has, by the module that has it. */
interface NodeModules {
  readonly async_hooks: { readonly AsyncResource: AsyncResourceClass; readonly AsyncLocalStorage: AsyncLocalStorageClass };
  readonly process: {
    cpuUsage(since?: CpuUsage): CpuUsage;
    exit(code: number): never;
    emitWarning(warning: string, type: string): void;
    readonly memoryUsage: { rss(): number };
    hrtime(): [seconds: number, nanoseconds: number];
    readonly stderr: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): boolean };
  };
  readonly os: { cpus(): readonly { readonly times: { readonly idle: number } }[] };
  readonly diagnostics_channel: { channel(name: string): DiagnosticsChannel };
  readonly perf_hooks: Pick<typeof globalThis, 'performance'> & {
    monitorEventLoopDelay(options: { readonly resolution: number }): LoopDelayHistogram;
  };
  readonly timers: Pick<typeof globalThis, 'setTimeout' | 'clearTimeout' | 'setImmediate' | 'clearImmediate'>;
}

interface DiagnosticsChannel {
  readonly hasSubscribers: boolean;
  publish(message: object): void;
}

/** In nanoseconds. */
interface LoopDelayHistogram {
  percentile(percent: number): number;
  reset(): void;
  enable(): boolean;
  disable(): boolean;
}

/** In microseconds. */
interface CpuUsage {
  readonly user: number;
  readonly system: number;
}

type AsyncResourceClass = new (
  type: string,
  options: { readonly requireManualDestroy: boolean },
) => { runInAsyncScope<T>(call: () => T): T };

type AsyncLocalStorageClass = new <Store>() => {
  run<T>(store: Store, call: () => T): T;
  getStore(): Store | undefined;
  disable(): void;
};

/** A module of Node; undefined in browsers. It is no import: bundlers for browsers would follow an import, and find no module. */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  // Node alone has this function, and the type says what it returns for each name.
  const { process } = globalThis as unknown as {
    readonly process?: { readonly getBuiltinModule?: (name: string) => NodeModules[Name] | undefined };
  };
  return process?.getBuiltinModule?.(name);
}

/** How many cores a browser says it has. Some hide how many, and say two or more. */
export function coresOfBrowser(): number {
  const { navigator } = globalThis as unknown as { readonly navigator?: { readonly hardwareConcurrency?: number } };
  return navigator?.hardwareConcurrency ?? defaultCores;
}

/** Even small machines have so many. */
const defaultCores = 2;
