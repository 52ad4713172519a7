import { connect } from 'paladin-rx';
import { expect, it } from 'vitest';
import { pidAfter, square } from '../fixtures/command-operations.js';
import { Command, startHubCommand, startWorkerCommand } from './command.js';

it('paladin status --watch shows what takes long, goes on with a hub that is back, and ends with an interrupt', async () => {
  await using hub = await startHubCommand();
  await using _worker = await startWorkerCommand(hub.url, '--inline', '--slots', '1', '--name', 'b');
  await using runtime = await connect(hub.url);
  await runtime.run(square, 4);
  const stuck = runtime.run(pidAfter, 600_000);
  stuck.catch(() => undefined);
  await using watch = new Command(['status', '--hub', hub.url, '--watch']);
  await using lines = new Command(['status', '--hub', hub.url, '--watch', '--json']);
  await watch.printed(/waits for element 0, on worker b for \d+ s/u);
  await watch.printed(/square +1 +0 +0 +0$/u);
  await lines.printed(/^\{.*"waitsFor":"worker b has had a batch of it for \d+ s".*\}$/u);
  hub.kill('SIGKILL');
  await hub.exited();
  await watch.printed(/the connection to the hub is lost: .*; it is waited for/u);
  await using _back = await startHubCommand('--port', new URL(hub.url).port);
  const summary = /^hub http.*: \d leaders?, 1 worker with/u;
  const shownBefore = watch.output.split('\n').filter((line) => summary.test(line)).length;
  await watch.printed(summary, shownBefore + 1);
  for (const command of [watch, lines]) {
    command.kill('SIGINT');
    expect(await command.exited()).toBe(0);
  }
});

it('paladin status --watch ends at once where no hub answers, or the token is wrong', async () => {
  await using hub = await startHubCommand('--token', 'right');
  await using wrong = new Command(['status', '--hub', hub.url, '--watch', '--token', 'wrong']);
  expect(await wrong.exited()).toBe(2);
  expect(wrong.output).toContain('the token is wrong');
  hub.kill('SIGTERM');
  await hub.exited();
  await using nobody = new Command(['status', '--hub', hub.url, '--watch']);
  expect(await nobody.exited()).toBe(3);
});
