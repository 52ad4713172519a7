/** What is said of a flag that does not exist: the one that was meant, in words of the command line. */
import type { Command } from 'commander';
import { nearest } from '../../src/errors/nearest.js';
import { hintFor, optionMeantBy } from '../../src/errors/option-words.js';

/** What other commands call a flag, in small letters without dashes, beside the words for options. */
const wordsFor: Readonly<Record<string, string>> = {
  port: 'p',
  hub: 'p h',
  threads: 'j t n w',
  drainTimeout: 'shutdowntimeout stoptimeout gracetimeout graceperiod gracefultimeout gracefulshutdowntimeout',
  tlsCert: 'cert certificate ssl sslcert tls https',
  tlsKey: 'key privatekey sslkey',
  path: 'prefix basepath',
  insecure: 'noauth notoken allowany allowall unsafe',
  logFormat: 'json pretty format logger logjson',
  json: 'format output outputformat',
  logLevel: 'log level verbose verbosity debug quiet silent v q',
};

const ofPaladinWorker = 'workers are programs of their own: paladin worker ./operations.js --hub <url> --threads 4';
const asArguments = (command: string): string => `modules stand without a flag: paladin ${command} ./operations.js`;
const ofOperators = (name: string): string => `it is an option of each operator: remoteMap(operation, runtime, { ${name} })`;
const whereTheHubIs = '--hub <url> says where the hub listens';
const metricsOfTheHub = "metrics are at /metrics on the hub's own port";
const metricsOfAWorker = 'metrics are at /metrics on the port of --health-port <number>';
const ofPaladinHub = (flag: string): string => `it is a flag of the hub: paladin hub ${flag}`;

/**
 * What a command says of flags that it has not: by name, or by what a name means. A name in small letters without dashes goes
 * before all flags that may be meant. Under `''`: of arguments that it has not.
 */
const hints: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  hub: {
    '': ofPaladinWorker,
    threads: ofPaladinWorker,
    workers: ofPaladinWorker,
    modules: ofPaladinWorker,
    hub: 'a hub has no other hub: --host and --port say where it listens',
    metrics: metricsOfTheHub,
    metricsport: metricsOfTheHub,
    watch: 'paladin dev ./operations.js is a hub and a worker that load changed files anew',
  },
  worker: {
    modules: asArguments('worker'),
    port: `${whereTheHubIs}, --health-port <number> where the worker says how it is`,
    metrics: metricsOfAWorker,
    metricsport: metricsOfAWorker,
    batch: ofOperators('batch'),
    retry: ofOperators('retry'),
    timeout: `${ofOperators('timeout')}; --drain-timeout bounds draining`,
    priority: ofOperators('priority'),
    maxPayloadBytes: ofPaladinHub('--max-payload-bytes <number>'),
    insecure: ofPaladinHub('--insecure'),
    origins: ofPaladinHub('--origins <list>'),
    watch: 'paladin dev ./operations.js is a hub and a worker that load changed files anew',
  },
  dev: {
    modules: asArguments('dev'),
    hub: 'paladin dev has a hub of its own: paladin worker ./operations.js --hub <url> takes part in another',
    host: 'the hub of paladin dev listens on this machine alone: paladin hub --host <address> listens elsewhere',
    token: 'the hub of paladin dev listens on this machine alone, and asks for no token: paladin hub --token <secret> does',
    inline: 'paladin dev has threads: paladin worker ./operations.js --inline has none',
    batch: ofOperators('batch'),
    timeout: `${ofOperators('timeout')}; --drain-timeout bounds what runs with old code`,
    watch: 'paladin dev loads changed files anew without a flag',
  },
  status: {
    '': whereTheHubIs,
    threads: ofPaladinWorker,
    workers: `all workers are shown; ${whereTheHubIs}`,
  },
};

/** Lets a command say which flag was meant, where commander would only say that there is none. */
export function sayingWhatWasMeant(command: Command): void {
  // Of commands that do not exist, commander names the nearest that does.
  command.showSuggestionAfterError(command.parent === null);
  command.configureOutput({
    outputError: (text, write) => {
      const [, flag] = /^error: unknown option '(.+)'\n$/su.exec(text) ?? [];
      const meant = flag === undefined ? argumentsHint(text, command) : whatWasMeant(flag, command);
      const help = `see paladin ${command.parent === null ? '' : `${command.name()} `}--help`;
      const told = meant === undefined ? text.trimEnd() : `${text.replace(/\.?\s*$/u, '')}; ${meant}`;
      write(`${told} (${help})\n`);
    },
  });
}

function argumentsHint(text: string, command: Command): string | undefined {
  return text.startsWith('error: too many arguments') ? hints[command.name()]?.[''] : undefined;
}

function whatWasMeant(flag: string, command: Command): string | undefined {
  // What follows `=` is the value, and no flag has a longer name.
  const name = flag.replace(/^-+/u, '').replace(/=.*$/su, '').slice(0, 40);
  const known = new Map(command.options.map((each) => [each.attributeName(), each.flags]));
  const names = [...known.keys()];
  const word = name.toLowerCase().replaceAll(/[-_]/gu, '');
  const hintsHere = hints[command.name()] ?? {};
  if (word !== '' && Object.hasOwn(hintsHere, word)) return hintsHere[word];
  const own = names.find((each) => wordsFor[each]?.split(' ').includes(word));
  const meant = own ?? optionMeantBy(name, names);
  const hint = meant === undefined ? hintFor(name, hintsHere) : undefined;
  if (hint !== undefined) return hint;
  const found = meant ?? nearest(word, names);
  return found === undefined ? undefined : `did you mean '${known.get(found)}'?`;
}

/**
 * A message of a function of this package, in words of the command line. It names options as programs give them, like
 * `trustedProxies`, and the function before.
 */
export function inFlags(message: string, commands: readonly Command[]): string {
  const flags = new Map(commands.flatMap(({ options }) => options.map((each) => [each.attributeName(), each.long])));
  return message
    .replace(/^(?:startHub|startWorker|fetchStatus): /u, '')
    .replaceAll(/\b[a-z]+(?:[A-Z][a-z]+)+\b/gu, (word) => flags.get(word) ?? word);
}
