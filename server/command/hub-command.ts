import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { PaladinError } from '../../src/errors/paladin-error.js';
import { defaultPort } from '../../src/limits.js';
import { defaultLimits, limitNames, rangeOf, type Limits } from '../limits.js';
import type { TlsOptions, TokenOptions } from '../network/hub-options.js';
import type { HubTokens } from '../network/tokens.js';
import { exitOnceRead } from './exit-codes.js';
import { activityLog } from './activity-lines.js';
import { HubLog } from './hub-log.js';
import { logOptions, logTo, type LogOptions } from './log.js';
import { limitOption, names, option, wholeNumber } from './options.js';
import { GuardedOutput } from './output.js';
import { collectLess } from './serving.js';
import { readTokens, together } from './token-file.js';
import { messageOf } from '../../src/errors/thrown.js';

interface Options extends Limits, LogOptions {
  readonly port: number;
  readonly host: string;
  readonly path?: string;
  readonly token?: string[];
  readonly leaderToken?: string[];
  readonly workerToken?: string[];
  readonly observerToken?: string[];
  readonly tokensFile?: string;
  readonly insecure?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly trustedProxies: string[];
  readonly origins: string[];
}

/** The help texts of the limits' flags. */
const limitTexts: Readonly<Record<keyof Limits, string>> = {
  maxConnections: 'connections at once',
  maxConnectionsPerAddress: 'connections at once from one address, or one /64 of IPv6',
  authenticateWithinMs: 'milliseconds that a connection may take to say who it is',
  partsWithinMs: 'milliseconds that each further MiB of a message in parts may take',
  maxPayloadBytes: 'the most bytes of a batch, of arguments or of a result',
  maxJobsPerLeader: 'jobs that one leader may have open',
  maxJobsOpenedPerSecond: 'jobs that one leader may open in a second',
  maxBatchesPerLeader: 'batches that one leader may have at the hub',
  maxBytesPerLeader: 'payload bytes that one leader may have at the hub',
  maxDescriptionBytesPerLeader: 'bytes of arguments and labels that the jobs of one leader may have',
  maxDescriptionBytesPerWorker: 'bytes of arguments and labels that a worker keeps of idle jobs',
  maxBytes: 'bytes that all leaders may have at the hub together',
  maxRecordBytes: 'bytes that the hub keeps for all peers beside payloads',
  maxUnacknowledgedPerLeader: 'answers that one leader may leave unacknowledged',
  maxUnreadBytes: 'bytes that may wait for one peer to read them',
  maxAllUnreadBytes: 'bytes that may wait for all peers together to read them',
  maxSlotsPerWorker: 'slots that one worker may offer',
  maxOperationsPerWorker: 'operations that one worker may offer; also the most serializers, and the most labels',
  maxOffersPerSecond: 'changes of its offers that one worker may tell in a second',
};

export function hubCommand(): Command {
  const [logLevel, logFormat] = logOptions();
  const command = new Command('hub')
    .description('run a hub, to which leaders and workers connect')
    .addOption(
      option('--port <number>', 'the port to listen on; 0: any free port').argParser(wholeNumber(0, 65_535)).default(defaultPort),
    )
    .addOption(option('--host <address>', 'the address to listen on').default('127.0.0.1'))
    .addOption(option('--path <path>', 'the path under which it answers, such as /bus: its url ends with it'))
    .addOption(
      option('--token <secrets>', 'the token that every peer must show; several, by commas, are all valid').argParser(names),
    )
    .addOption(option('--leader-token <secrets>', 'the token of leaders, in place of --token').argParser(names))
    .addOption(option('--worker-token <secrets>', 'the token of workers, in place of --token').argParser(names))
    .addOption(option('--observer-token <secrets>', 'the token of observers, in place of --token').argParser(names))
    .addOption(option('--tokens-file <path>', 'further tokens, a role and a token a line; read again at SIGHUP'))
    .addOption(option('--insecure', 'let anybody in who can reach a hub that is not on loopback'))
    .addOption(option('--tls-cert <path>', 'speak TLS with this certificate (PEM); read again at SIGHUP'))
    .addOption(option('--tls-key <path>', 'the key of the certificate (PEM)'))
    .addOption(
      option('--trusted-proxies <list>', 'proxies whose X-Forwarded-For counts, by commas: addresses or networks')
        .argParser(names)
        .default([], 'none'),
    )
    .addOption(
      option('--origins <list>', 'web origins whose pages may connect, by commas; *: any').argParser(names).default([], 'none'),
    )
    .addOption(logLevel)
    .addOption(logFormat);
  for (const name of limitNames) {
    const { least, most } = rangeOf(name);
    command.addOption(limitOption(name, limitTexts[name]).argParser(wholeNumber(least, most)).default(defaultLimits[name]));
  }
  return command.action(runHub);
}

async function runHub(options: Options): Promise<void> {
  const { port, host, path, tokensFile, insecure = false, tlsCert, tlsKey, trustedProxies, origins } = options;
  const output = new GuardedOutput();
  collectLess();
  const log = logTo(options, output);
  const hubLog = new HubLog(log);
  // Loaded by the command that needs it, so that the others start sooner.
  const { startHub } = await import('../network/start-hub.js');
  const tls = readTls(tlsCert, tlsKey);
  const hub = await startHub({
    ...Object.fromEntries(limitNames.map((name) => [name, options[name]])),
    ...tokensOf(options),
    ...(tls === undefined ? {} : { tls }),
    ...(path === undefined ? {} : { path }),
    port,
    host,
    insecure,
    trustedProxies,
    origins,
    onEvent: (event) => {
      hubLog.record(event);
    },
    onActivity: activityLog(log),
  });
  process.on('SIGHUP', () => {
    try {
      const tokens = tokensOf(options);
      const tls = readTls(tlsCert, tlsKey);
      // A wrong certificate changes nothing. Wrong tokens change nothing, either: they are looked at last.
      if (tls !== undefined) hub.setTls(tls);
      if (tokensFile !== undefined) hub.setTokens(tokens);
      log.info('tokens and certificate were read again');
    } catch (error) {
      log.error({ err: error }, 'tokens and certificate stay as they were');
    }
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.log('hub closing');
      void hub.close().then(() => {
        hubLog.close();
        exitOnceRead(0, output);
      });
    });
  }
  // A program that reads this line may send a signal at once.
  console.log(`hub listening on ${hub.url}`);
}

/** The tokens, by flags and by file. */
function tokensOf({ token, leaderToken, workerToken, observerToken, tokensFile }: Options): TokenOptions {
  const flags: HubTokens = {
    ...(leaderToken === undefined ? {} : { leader: leaderToken }),
    ...(workerToken === undefined ? {} : { worker: workerToken }),
    ...(observerToken === undefined ? {} : { observer: observerToken }),
  };
  const own = tokensFile === undefined ? flags : together(flags, readTokens(tokensFile));
  if (token === undefined) return { tokens: own };
  // Tokens of the file are added to the token for all roles. A flag of a role takes its place.
  const further = Object.entries(own).map(([role, tokens]) => [role, role in flags ? tokens : [token, tokens].flat(2)]);
  return { token, tokens: Object.fromEntries(further) as HubTokens };
}

function readTls(certPath: string | undefined, keyPath: string | undefined): TlsOptions | undefined {
  if (certPath === undefined && keyPath === undefined) return undefined;
  if (certPath === undefined || keyPath === undefined) {
    throw new PaladinError('INVALID_INPUT', 'expected both --tls-cert and --tls-key, got one of them');
  }
  try {
    return { cert: readFileSync(certPath), key: readFileSync(keyPath) };
  } catch (error) {
    throw new PaladinError('INVALID_INPUT', `the certificate or its key cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
