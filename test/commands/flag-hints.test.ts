import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { devCommand } from '../../server/command/dev-command.js';
import { inFlags, sayingWhatWasMeant } from '../../server/command/flag-hints.js';
import { hubCommand } from '../../server/command/hub-command.js';
import { statusCommand } from '../../server/command/status-command.js';
import { workerCommand } from '../../server/command/worker-command.js';

/** What the command line says of arguments that it does not take. */
function answerTo(...args: readonly string[]): string {
  const program = new Command('paladin');
  for (const command of [hubCommand(), workerCommand(), devCommand(), statusCommand()]) program.addCommand(command);
  let said = '';
  for (const command of [program, ...program.commands]) {
    sayingWhatWasMeant(command);
    command.configureOutput({ writeErr: (text) => (said += text) }).exitOverride();
  }
  expect(() => program.parse(args, { from: 'user' })).toThrow();
  return said;
}

describe('a flag that does not exist', () => {
  it.each([
    ['worker', ['concurrency', 'workers', 'parallelism', 'thread', 'max-threads', 'cores'], '--threads <number>'],
    ['worker', ['host', 'url', 'server', 'address'], '--hub <url>'],
    ['worker', ['tags'], '--labels <list>'],
    ['worker', ['memory', 'max-memory'], '--thread-memory-mb <megabytes>'],
    ['worker', ['grace-period', 'shutdown-timeout'], '--drain-timeout <ms>'],
    ['worker', ['verbose', 'log', 'debug'], '--log-level <level>'],
    ['worker', ['json', 'pretty'], '--log-format <format>'],
    ['dev', ['slots', 'workers', 'concurrency'], '--threads <number>'],
    ['dev', ['cors'], '--origins <list>'],
    ['hub', ['bind', 'hostname', 'address'], '--host <address>'],
    ['hub', ['listen'], '--port <number>'],
    ['hub', ['auth', 'secret', 'password'], '--token <secrets>'],
    ['hub', ['cert', 'tls'], '--tls-cert <path>'],
    ['hub', ['key'], '--tls-key <path>'],
    ['hub', ['maxConnections'], '--max-connections <number>'],
    ['status', ['port', 'host', 'url'], '--hub <url>'],
    ['status', ['auth'], '--token <secret>'],
    ['status', ['format', 'output'], '--json'],
  ])('is understood by what other commands call it: %s %s', (command, given, meant) => {
    for (const flag of given) {
      expect(answerTo(command, `--${flag}`, '4')).toBe(
        `error: unknown option '--${flag}'; did you mean '${meant}'? (see paladin ${command} --help)\n`,
      );
    }
    expect(answerTo('hub', '-p', '80')).toContain("unknown option '-p'; did you mean '--port <number>'?");
    expect(answerTo('worker', '--thread=4')).toContain("unknown option '--thread=4'; did you mean '--threads <number>'?");
  });

  it.each([
    ['hub', ['workers', 'threads', 'slots', 'concurrency', 'modules'], 'paladin worker ./operations.js --hub <url>'],
    ['hub', ['metrics-port', 'metricsPort', 'metrics'], "; metrics are at /metrics on the hub's own port (see"],
    ['worker', ['metrics-port', 'metrics'], 'metrics are at /metrics on the port of --health-port <number>'],
    ['worker', ['port'], '--hub <url> says where the hub listens, --health-port <number> where the worker says how it is'],
    ['worker', ['module', 'file', 'script'], 'modules stand without a flag: paladin worker ./operations.js'],
    ['worker', ['batch', 'batch-size'], 'remoteMap(operation, runtime, { batch })'],
    ['worker', ['timeout'], '--drain-timeout bounds draining'],
    ['dev', ['host', 'bind'], 'paladin hub --host <address> listens elsewhere'],
    ['dev', ['hub', 'url'], 'paladin dev has a hub of its own'],
    ['dev', ['token', 'auth'], 'asks for no token'],
    ['dev', ['watch'], 'loads changed files anew without a flag'],
  ])('is sent where it belongs: %s %s', (command, given, answer) => {
    for (const flag of given) expect(answerTo(command, `--${flag}`, '4')).toContain(answer);
  });

  it('is not taken for one that is nothing like it', () => {
    expect(answerTo('hub', '--colour')).toBe("error: unknown option '--colour' (see paladin hub --help)\n");
    expect(answerTo('--colour')).toBe("error: unknown option '--colour' (see paladin --help)\n");
  });
});

describe('an argument that a command does not take', () => {
  it('is sent where it belongs', () => {
    expect(answerTo('hub', 'operations.js')).toContain(
      'but got 1; workers are programs of their own: paladin worker ./operations.js',
    );
    expect(answerTo('status', 'http://127.0.0.1:7400')).toContain('; --hub <url> says where the hub listens');
    expect(answerTo('wroker', 'x.js')).toBe("error: unknown command 'wroker'\n(Did you mean worker?) (see paladin --help)\n");
  });
});

describe('a message of a function', () => {
  it('names flags, and no function, at the command line', () => {
    const commands = [hubCommand(), workerCommand()];
    expect(inFlags('startHub: expected trustedProxies to be addresses, got "x"', commands)).toBe(
      'expected --trusted-proxies to be addresses, got "x"',
    );
    expect(inFlags('startWorker: expected threadMemoryMb with camelCase', commands)).toBe(
      'expected --thread-memory-mb with camelCase',
    );
  });
});
