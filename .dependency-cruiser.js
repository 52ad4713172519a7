// Which way imports may point. `docs/architecture.md` says why.
//
// Imports of types count as imports: a rule that holds for them too needs no thought about what the compiler drops.

import { builtinModules } from 'node:module';

// src/common.ts and src/definitions.ts are what entries of src share.
const entries = '^(src/(index|worker|common|definitions|testing)(\\.(browser|thread))?|operators/index|server/index)\\.ts$';
const pureLeaves = '^src/(errors/|protocol/|wire/|collections/|limits\\.ts$|serializer/serializer\\.ts$)';
/** What runs in threads of Node, and starts them. The rest of what executes in threads is for Web Workers, too. */
const nodeThreads = '^src/executor/(thread|thread-port|thread-program|node-thread-messages|running-thread|thread-executor)\\.ts$';
const builtins = `^(node:)?(${builtinModules.join('|')})$`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files that import each other can only be understood together: make them one, or find the idea both lean on.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'operators-import-src-only',
      comment: 'Operators are thin: RxJS outside, src inside.',
      severity: 'error',
      from: { path: '^operators/' },
      to: { pathNot: ['^operators/', '^src/', '(^|/)node_modules/rxjs/'] },
    },
    {
      name: 'server-imports-src-only',
      comment: 'The hub knows nothing of operators, nor of RxJS.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: ['^operators/', '(^|/)node_modules/rxjs/'] },
    },
    {
      name: 'src-imports-neither',
      comment: 'Only entry files re-export across.',
      severity: 'error',
      from: { path: '^src/', pathNot: entries },
      to: { path: '^(operators|server)/' },
    },
    {
      name: 'nothing-inside-imports-an-entry',
      comment: 'An entry is for users; inside, import the file that holds the thing. Commands are users of the package.',
      severity: 'error',
      from: { path: '^(src|operators|server)/', pathNot: [entries, '^server/command/'] },
      to: { path: entries },
    },
    {
      name: 'src-core-is-pure',
      comment: 'No sockets, timers, RxJS or Node in a pure machine: only pure leaves.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { pathNot: ['^src/core/', pureLeaves] },
    },
    {
      name: 'server-core-is-pure',
      comment: 'No sockets, timers, RxJS or Node in a pure machine: only pure leaves.',
      severity: 'error',
      from: { path: '^server/core/' },
      to: { pathNot: ['^server/core/', '^src/core/', pureLeaves] },
    },
    {
      name: 'leaves-are-pure',
      comment: 'What pure machines import must itself be pure. Error details travel by a serializer.',
      severity: 'error',
      from: { path: pureLeaves },
      to: { pathNot: [pureLeaves, '^src/serializer/'] },
    },
    {
      name: 'protocol-knows-no-bytes',
      comment: 'The protocol says what messages mean; how they become bytes is for src/wire.',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: { path: '^src/wire/' },
    },
    {
      name: 'hub-in-process-knows-no-network',
      comment: 'The hub runs in memory and in browsers, too: sockets, the door and its requests are for server/network.',
      severity: 'error',
      from: { path: '^server/(core|in-process)/' },
      to: { path: '^server/(network|command)/' },
    },
    {
      name: 'page-knows-what-hubs-say',
      comment: 'The hub’s page is a program of its own: it shares what is said of a hub, and nothing of what does it.',
      severity: 'error',
      from: { path: '^src/page/' },
      to: { pathNot: ['^src/page/', '^src/protocol/', '(^|/)node_modules/preact/'] },
    },
    {
      name: 'only-the-view-looks',
      comment: 'What only browsers run is bundled into one file. All else of the page is tested without one.',
      severity: 'error',
      from: { pathNot: '^src/page/view/' },
      to: { path: '^src/page/view/' },
    },
    {
      name: 'serializers-are-pure',
      comment: 'Values to bytes and back, and nothing else.',
      severity: 'error',
      from: { path: '^src/serializer/' },
      to: { pathNot: ['^src/serializer/', '^src/errors/', '(^|/)node_modules/(msgpackr|flatted)/'] },
    },
    {
      name: 'node-only-where-node-is',
      comment: 'Only the hub, threads, the module loader and what starts them run on Node alone.',
      severity: 'error',
      from: {
        path: '^(src|operators)/',
        pathNot: [
          nodeThreads,
          '(^|/)(modules|load-error|syntax-walk|start-worker)\\.ts$',
          '^src/operation/loading/',
          '^src/(http|metrics)/',
          '^src/index(\\.thread)?\\.ts$',
        ],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'browser-stays-free-of-node',
      comment: 'What a browser loads must not reach a built-in module of Node, on whatever way.',
      severity: 'error',
      from: { path: ['^src/(index|worker)\\.browser\\.ts$', '^operators/'] },
      to: {
        reachable: true,
        path: [
          builtins,
          nodeThreads,
          '(^|/)modules\\.ts$',
          '^src/operation/loading/',
          '^src/(http|metrics)/',
          '^server/command/',
        ],
      },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'Tests know the code; the code does not know its tests, examples and benchmarks.',
      severity: 'error',
      from: { path: '^(src|operators|server|examples|bench)/' },
      to: { path: '^test/' },
    },
    {
      name: 'sources-import-sources',
      severity: 'error',
      from: { path: '^(src|operators|server)/' },
      to: { path: '^(examples|bench|scripts|dist)/' },
    },
    {
      name: 'examples-use-the-package-by-name',
      comment: 'An example shows what a user would write.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|operators|server|bench)/' },
    },
    {
      name: 'sources-import-dependencies-only',
      comment: 'A package that sources import is in dependencies or peerDependencies. What the build bundles need not be.',
      severity: 'error',
      from: { path: '^(src|operators|server)/', pathNot: ['^src/link/socket-client\\.ts$', '^src/page/view/'] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm', 'npm-peer', 'type-only'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^(src|operators|server)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.d.ts', '.json'],
    },
  },
};
