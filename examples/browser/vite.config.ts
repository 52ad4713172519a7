import { startHub } from 'paladin-rx/server';
import { defineConfig, type Plugin } from 'vite';

/** Runs a hub beside the server of the page, for as long as that runs. In production the hub is a program of its own. */
function hubBeside(): Plugin {
  const start = async (server: { httpServer: { on(event: 'close', listener: () => void): unknown } | null }): Promise<void> => {
    const hub = await startHub({ port: Number(process.env['HUB_PORT'] ?? 7400), origins: ['*'] });
    server.httpServer?.on('close', () => void hub.close());
  };
  return { name: 'hub-beside', configureServer: start, configurePreviewServer: start };
}

export default defineConfig({ plugins: [hubBeside()] });
