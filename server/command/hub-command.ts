import { Command } from 'commander';
import { defaultMaxPayloadBytes, defaultPort } from '../../src/limits.js';
import type { HubTokens } from '../handshake.js';
import type { HubEvent } from '../start-hub.js';
import { exitWith } from './exit-codes.js';
import { names, option, wholeNumber } from './options.js';
import { collectLess, outliveReaders } from './serving.js';

interface Options {
  readonly port: number;
  readonly host: string;
  readonly token?: string;
  readonly leaderToken?: string;
  readonly workerToken?: string;
  readonly observerToken?: string;
  readonly origins: string[];
  readonly maxPayloadBytes: number;
}

export function hubCommand(): Command {
  return new Command('hub')
    .description('run a hub, to which leaders and workers connect')
    .addOption(
      option('--port <number>', 'where to listen; 0: any free port').argParser(wholeNumber(0, 65_535)).default(defaultPort),
    )
    .addOption(option('--host <address>', 'the address to listen on').default('127.0.0.1'))
    .addOption(option('--token <secret>', 'what every peer must show'))
    .addOption(option('--leader-token <secret>', 'what leaders must show, instead'))
    .addOption(option('--worker-token <secret>', 'what workers must show, instead'))
    .addOption(option('--observer-token <secret>', 'what observers must show, instead'))
    .addOption(
      option('--origins <list>', 'web origins whose pages may connect, by commas; *: any').argParser(names).default([], 'none'),
    )
    .addOption(
      option('--max-payload-bytes <number>', 'the most bytes of a batch, of arguments or of a result')
        .argParser(wholeNumber(1, 2 ** 31))
        .default(defaultMaxPayloadBytes),
    )
    .action(runHub);
}

async function runHub({
  port,
  host,
  token,
  leaderToken,
  workerToken,
  observerToken,
  origins,
  maxPayloadBytes,
}: Options): Promise<void> {
  outliveReaders();
  collectLess();
  const tokens: HubTokens = {
    ...(leaderToken === undefined ? {} : { leader: leaderToken }),
    ...(workerToken === undefined ? {} : { worker: workerToken }),
    ...(observerToken === undefined ? {} : { observer: observerToken }),
  };
  // Loaded by the command that needs it, so that the others start sooner.
  const { startHub } = await import('../start-hub.js');
  const hub = await startHub({
    port,
    host,
    tokens,
    origins,
    maxPayloadBytes,
    onEvent: report,
    ...(token === undefined ? {} : { token }),
  }).catch(exitWith);
  console.log(`hub listening on ${hub.url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.log('hub closing');
      void hub.close().then(() => process.exit(0));
    });
  }
}

function report(event: HubEvent): void {
  switch (event.type) {
    case 'joined':
      console.log(`${event.role} ${event.id}${event.name === '' ? '' : ` (${event.name})`} joined`);
      break;
    case 'left':
      console.log(`${event.role} ${event.id} left: ${event.reason}`);
      break;
    case 'refused':
      console.error(`${event.role} refused: ${event.code}: ${event.reason}`);
      break;
  }
}
