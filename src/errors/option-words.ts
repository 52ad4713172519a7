/*
 * What users of other libraries call an option: Piscina, p-map, RxJS, BullMQ, Ray, Dask, joblib. A word means an option of this
 * package. The two may have no letter in common. Each meaning is the name of an option here.
 */

/** Words for how much is executed at once. */
const atOnce =
  'threads thread maxthreads minthreads threadcount threadpoolsize numthreads nthreads workers worker maxworkers minworkers ' +
  'workercount numworkers nworkers njobs numprocs concurrency maxconcurrency concurrent maxconcurrent ' +
  'concurrenttasksperworker localconcurrency parallel parallelism maxparallel parallellimit pool poolsize numcpus cpus ' +
  'cores numcores processes maxprocesses slots';

/** The words for each meaning, in small letters, without `-` and `_`. A word may stand at several meanings. */
const wordsFor: Readonly<Record<string, string>> = {
  workers: atOnce,
  threads: atOnce,
  modules: 'module filename file files path script workerfile workerurl workerpath taskfile imports entry',
  batch: 'batchsize maxbatchsize chunksize chunk chunks buffercount itemspertask blocksize',
  window:
    'highwatermark buffer buffersize maxbuffer backpressure prefetch queuesize maxqueue maxqueuesize maxpending maxinflight ' +
    'inflight limit',
  ordered: 'order sorted preserveorder keeporder inorder unordered allowunordered',
  retry:
    'retries maxretries retrycount retrylimit numretries nretries attempts maxattempts tries backoff retrydelay retrystrategy ' +
    'retryexceptions retryonerror maxtaskretries',
  maxRetries: 'retries attempts maxattempts limit times count max tries',
  delayMs: 'delay interval wait backoff time',
  minDelayMs: 'mintimeout mindelay initialdelay startingdelay initialinterval delay delayms base',
  maxDelayMs: 'maxtimeout maxdelay maxinterval cap',
  timeout: 'timeoutms ttl tasktimeout jobtimeout executiontimeout maxtime maxduration timelimit milliseconds',
  connectTimeout: 'timeout timeoutms connecttimeoutms connectiontimeout',
  signal: 'abortsignal abort abortcontroller canceltoken cancellationtoken cancelsignal',
  onFatal: 'stoponerror ignoreerrors continueonerror skiperrors failfast onfailure failparentonfailure',
  onSkip: 'onerror onfailed',
  labels: 'tags tag resources affinity requires',
  threadMemoryMb:
    'resourcelimits maxoldgenerationsizemb memory memorymb memorylimit maxmemory maxmemorylimitbeforerecycle ' +
    'memorylimitbeforerecycle idlememorylimit',
  threadRenewAfterTasks: 'maxtasksperchild maxtasksperworker tasksperchild maxtasks maxcalls maxexecutions',
  threadRenewAboveMb:
    'maxmemoryperchild maxmemorylimitbeforerecycle memorylimitbeforerecycle recyclememory recycleabove memorylimit',
  threadStartTimeout: 'starttimeout startuptimeout readytimeout workerstarttimeout',
  idleTimeout: 'keepalive terminatetimeout closetimeout',
  token: 'auth apikey password secret key bearer credentials accesstoken authtoken',
  port: 'listen listenport hubport',
  hub: 'url huburl address server endpoint connection connect host hostname port scheduler broker',
  host: 'address bind hostname listen interface ip',
  origins: 'cors origin allowedorigins alloworigin',
  execute: 'fn func function handler run task process processor callback map mapper body call operation implementation',
  combine: 'concat reduce reducer merge append fn func fold accumulator add plus op operation',
  empty: 'identity zero neutral unit mempty initialise initialize',
  create: 'init setup factory make initializer',
  input: 'schema inputschema validate validator parameters',
  output: 'outputschema returns result resultschema',
  name: 'id key title taskname jobname',
};

const inPages = 'In a page write { worker: () => new Worker(url) } instead, whose script calls serveOperations.';

/** How an option is written whose value is not what a user of its other names would write. */
const writtenAs: Readonly<Record<string, string>> = {
  workers:
    'With modules each worker is a thread: ' +
    `{ workers: 4, modules: [new URL('./operations.js', import.meta.url)] }. ${inPages}`,
  modules: `Write a list, as in { modules: [new URL('./operations.js', import.meta.url)] }. ${inPages}`,
  retry: "Write { retry: { strategy: 'immediate', maxRetries: 3 } }; the first try does not count.",
  onFatal: "Write { onFatal: 'skip' } to leave out what fails; 'terminate' ends the job at the first failure.",
  ordered: 'Write { ordered: false } for completion order.',
};

/** The option that is meant by a name that is none; undefined where no word tells. */
export function optionMeantBy(name: string, known: readonly string[]): string | undefined {
  const word = wordOf(name);
  // An option that is written in another way: `MaxPayloadBytes`, `no-worker-timeout`.
  return known.find((each) => each.toLowerCase() === word) ?? meaningsOf(word).find((meaning) => known.includes(meaning));
}

/** The hint for a name that is no option. It is found by the name, or by what the name means. Undefined: there is none. */
export function hintFor(name: string, hints: Readonly<Record<string, string>>): string | undefined {
  const told = [name, ...meaningsOf(wordOf(name))].find((meaning) => Object.hasOwn(hints, meaning));
  return told === undefined ? undefined : hints[told];
}

/**
 * What is to be said of an option that does not exist.
 *
 * @param name the option, as it was given
 * @param known the options that exist
 * @param hints what this function says of names and of meanings that it does not know
 * @returns undefined where no word tells what was meant
 */
export function meantBy(name: string, known: readonly string[], hints: Readonly<Record<string, string>>): string | undefined {
  if (Object.hasOwn(hints, name)) return hints[name];
  const meant = optionMeantBy(name, known);
  return meant === undefined ? hintFor(name, hints) : didYouMean(meant);
}

function wordOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_\s]/gu, '');
}

function meaningsOf(word: string): string[] {
  return Object.entries(wordsFor)
    .filter(([meaning, words]) => meaning.toLowerCase() === word || words.split(' ').includes(word))
    .map(([meaning]) => meaning);
}

/** Asks for the option, and says how it is written. */
export function didYouMean(option: string): string {
  const written = writtenAs[option];
  return written === undefined ? `did you mean '${option}'?` : `did you mean '${option}'? ${written}`;
}
