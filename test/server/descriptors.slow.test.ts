import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect } from 'paladin-rx';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { rejectionOf } from '../support/outcome.js';

const paladin = fileURLToPath(new URL('../../dist/server/command/paladin.js', import.meta.url));

describe('a hub without file descriptors', () => {
  it('says so, does not end, and takes connections again once it has some', async () => {
    const port = await freePort();
    const command = `ulimit -n 60; exec "${process.execPath}" "${paladin}" hub --port ${port} 2>&1`;
    const hub = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'] });
    const lines: string[] = [];
    createInterface({ input: hub.stdout }).on('line', (line) => lines.push(line));
    const printed = (pattern: RegExp): Promise<void> =>
      expect.poll(() => lines.some((line) => pattern.test(line)), { timeout: 15_000 }).toBe(true);
    await printed(/^hub listening/u);
    const strangers = Array.from({ length: 80 }, () => connectTcp(port, '127.0.0.1').on('error', () => undefined));
    await printed(/EMFILE: connections cannot be taken: the process has no file descriptors left/u);
    const error = await rejectionOf(connect(`http://127.0.0.1:${port}`, { connectTimeout: 500 }));
    expect(error.code).toBe('HUB_UNREACHABLE');
    expect(error.message).toMatch(/hangs up; a hub without room for further connections does/u);
    expect(error.message).not.toMatch(/TLS/u);
    for (const stranger of strangers) stranger.destroy();
    await printed(/there are file descriptors again/u);
    await using runtime = await connect(`http://127.0.0.1:${port}`);
    await runtime.close();
    hub.kill('SIGTERM');
    expect(await once(hub, 'exit')).toEqual([0, null]);
  });
});
