import { defineOperation } from 'paladin-rx';
import { thisTab } from './this-tab.js';

/** What the picture shows: a part of the Mandelbrot set. */
export interface View {
  readonly centre: readonly [x: number, y: number];
  /** The side of a pixel. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  readonly iterations: number;
  /** A pixel is the mean of so many points by so many. */
  readonly samples: number;
}

/** A part of the picture, in pixels. */
export interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface PaintedTile extends Tile {
  readonly rgba: Uint8ClampedArray;
  /** The tab whose core has painted it. */
  readonly by: string;
}

/** The view goes to each worker once. Only tiles travel with each batch. */
export const paintTile = defineOperation({
  name: 'paint-tile',
  create:
    (view: View) =>
    (tile: Tile): PaintedTile => ({ ...tile, rgba: paint(view, tile), by: thisTab() }),
});

function paint({ centre, scale, width, height, iterations, samples }: View, tile: Tile): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(tile.width * tile.height * 4);
  const points = samples * samples;
  let at = 0;
  for (let row = tile.top; row < tile.top + tile.height; row += 1) {
    for (let column = tile.left; column < tile.left + tile.width; column += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let point = 0; point < points; point += 1) {
        const x = centre[0] + (column - width / 2 + ((point % samples) + 0.5) / samples) * scale;
        const y = centre[1] + (row - height / 2 + (Math.floor(point / samples) + 0.5) / samples) * scale;
        const escape = escapeTime(x, y, iterations);
        if (escape === iterations) continue;
        // Logarithms keep the colours apart where the set is near.
        const hue = 1.6 * Math.log(escape + 1);
        red += 127 + 127 * Math.cos(hue + 3.2);
        green += 127 + 127 * Math.cos(hue + 3.9);
        blue += 127 + 127 * Math.cos(hue + 4.7);
      }
      rgba.set([red / points, green / points, blue / points, 255], at);
      at += 4;
    }
  }
  return rgba;
}

/** After how many steps the point is far away, with a fraction for smooth colours; `iterations`: it stays near. */
function escapeTime(x: number, y: number, iterations: number): number {
  let a = 0;
  let b = 0;
  for (let step = 0; step < iterations; step += 1) {
    const aa = a * a;
    const bb = b * b;
    if (aa + bb > 256) return step + 1 - Math.log2(Math.log(aa + bb) / 2);
    b = 2 * a * b + y;
    a = aa - bb + x;
  }
  return iterations;
}
