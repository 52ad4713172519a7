import * as nodeModule from 'node:module';

/** From this version on, Node asks hooks for all that CommonJS modules require. */
const hooksForAll = 24;

/** Resolves once Node loads TypeScript in this thread, and finds it as people name it. To load this file is to ask for that. */
export const typeScriptLoads: Promise<void> = setHooks();

async function setHooks(): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) < hooksForAll) (await import('./common-js.js')).patchCommonJs();
  if ('registerHooks' in nodeModule) (await import('./sync-hooks.js')).setSyncHooks();
  else nodeModule.register('./async-hooks.js', import.meta.url);
}
