import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { redisVersion } from '../processes/redis.js';

/** What the figures depend on, in a line for the page: machine, Node, peers, date. */
export function circumstances(date: Date): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const machine = `${availableParallelism()} × ${model}, ${memory}, ${type()} ${release()}, Node ${process.versions.node}`;
  const packages = ['socket.io', 'msgpackr', 'rxjs', 'piscina', 'tinypool', 'bullmq', 'ioredis'];
  const versions = [...packages.map((name) => `${name} ${versionOf(name)}`), `Redis ${redisVersion() ?? 'not installed'}`];
  return `${date.toISOString().slice(0, 10)}; ${machine}; ${versions.join(', ')}`;
}

/** Read from the file, since not every package exports it. */
function versionOf(name: string): string {
  const text = readFileSync(new URL(`../../../node_modules/${name}/package.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
