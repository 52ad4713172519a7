import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cleanup } from '../../bench/processes/cleanup.js';
import { ChildProgram } from '../processes/child-program.js';
import { leftovers } from '../processes/idle.js';
import { paladin } from '../processes/paladin.js';
import { RestartableHub } from '../processes/restartable-hub.js';
import { within } from '../processes/within.js';

const operations = fileURLToPath(new URL('operations.js', import.meta.url));

/** So long after its beginning the hub is killed, and so long there is none. */
const beforeKillMs = 1_000;
const withoutHubMs = 1_000;

/** What may come on top of the operation's own time. */
const limitMs = 60_000;

/**
 * Kills the hub while a worker executes a long operation, and starts it again. Another worker is there that could execute it
 * anew. The operation must run once, and its result must arrive.
 *
 * @returns what went wrong; nothing, if all went well
 */
export async function runLongOperation(seconds: number): Promise<string[]> {
  const problems: string[] = [];
  const onUnexpectedEnd = (story: string): void => {
    problems.push(story);
  };
  await using cleanup = new Cleanup();
  const folder = mkdtempSync(join(tmpdir(), 'paladin-chaos-'));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  cleanup.defer(() => {
    process.off('exit', remove);
    remove();
  });
  const file = join(folder, 'executions');
  writeFileSync(file, '');
  try {
    const hub = cleanup.use(await RestartableHub.start({ onUnexpectedEnd }));
    for (const name of ['worker-0', 'worker-1']) {
      const worker = cleanup.use(
        paladin(name, ['worker', operations, '--hub', hub.url, '--threads', '1', '--name', name], { onUnexpectedEnd }),
      );
      await worker.printed(/^worker ready/u);
    }
    const leader = cleanup.use(
      new ChildProgram('leader', 'test/chaos/long-leader.js', [hub.url, String(1_000 * seconds), file], { onUnexpectedEnd }),
    );
    leader.letEnd();
    await within(limitMs, 'the beginning of the operation', begun(file));
    await sleep(beforeKillMs);
    await hub.kill();
    await sleep(withoutHubMs);
    await hub.restart();
    const code = await within(1_000 * seconds + limitMs, 'the long operation', leader.exited);
    if (code !== 0) problems.push(`the leader of the long operation ended with ${code}:\n${leader.lastLines}`);
    const executions = await linesOf(file);
    console.log(`long operation of ${seconds} s, with a hub killed meanwhile: executed ${executions.length} times`);
    if (executions.length !== 1) {
      problems.push(`the long operation was executed ${executions.length} times:\n${executions.join('\n')}`);
    }
    const held = leftovers(await hub.status());
    if (held !== undefined) problems.push(held);
  } catch (error) {
    problems.push(String(error));
  }
  return problems;
}

/** Resolves when the operation has begun. */
async function begun(file: string): Promise<void> {
  while ((await linesOf(file)).length === 0) await sleep(50);
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
}
