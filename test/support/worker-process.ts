import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A worker that runs as a process of its own, started as a user would. */
export interface WorkerProcess extends AsyncDisposable {
  readonly id: number;
  /** Ends it in good order; resolves to its exit code. */
  stop(): Promise<number | null>;
}

const command = fileURLToPath(new URL('../../dist/server/command/paladin.js', import.meta.url));

/** Resolves once the worker says that it is ready; rejects when it ends before. */
export async function startWorkerProcess(hub: string, module: URL, ...flags: readonly string[]): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [command, 'worker', fileURLToPath(module), '--hub', hub, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const ready = new Promise<void>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      said.push(line);
      if (line.startsWith('worker ready')) resolve();
    });
  });
  const gone = exited.then((code) => {
    throw new Error(`the worker ended with code ${code} before it was ready: ${said.join('\n')}`);
  });
  gone.catch(() => undefined);
  await Promise.race([ready, gone]);
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return await exited;
  };
  return {
    id: child.pid ?? 0,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}
