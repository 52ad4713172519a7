import type { Table } from '../../bench/report/table.js';
import { layers, type Attack, type Layer } from './attack.js';
import type { Traffic } from './harmless.js';

/** What was sent at each layer. */
export class FuzzTally {
  readonly #byLayer = new Map<Layer, { strikes: number; frames: number; bytes: number; connections: number }>();

  strike({ layer }: Attack, { frames, bytes, connections }: Traffic): void {
    const sum = this.#byLayer.get(layer) ?? { strikes: 0, frames: 0, bytes: 0, connections: 0 };
    this.#byLayer.set(layer, {
      strikes: sum.strikes + 1,
      frames: sum.frames + frames,
      bytes: sum.bytes + bytes,
      connections: sum.connections + connections,
    });
  }

  table(): Table {
    return {
      caption: 'What was sent to the hub',
      headings: ['layer', 'attacks', 'connections', 'frames', 'KiB'],
      rows: layers.map((layer) => {
        const { strikes = 0, connections = 0, frames = 0, bytes = 0 } = this.#byLayer.get(layer) ?? {};
        return [layer, ...[strikes, connections, frames, Math.round(bytes / 1_024)].map(String)];
      }),
    };
  }
}
