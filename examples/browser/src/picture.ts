import type { PaintedTile, Tile, View } from './operations.js';

/** In the valley of the seahorses. */
export function viewOf(width: number, height: number, samples: number): View {
  return { centre: [-0.743_517, 0.131_385], scale: 0.004_2 / width, width, height, iterations: 1_500, samples };
}

/** The tiles of a picture, from its middle outwards. */
export function tilesOf({ width, height }: View, side = 64): Tile[] {
  const tiles: Tile[] = [];
  for (let top = 0; top < height; top += side) {
    for (let left = 0; left < width; left += side) {
      tiles.push({ left, top, width: Math.min(side, width - left), height: Math.min(side, height - top) });
    }
  }
  const fromMiddle = ({ left, top }: Tile): number => Math.hypot(left + side / 2 - width / 2, top + side / 2 - height / 2);
  return tiles.toSorted((one, other) => fromMiddle(one) - fromMiddle(other));
}

/** Shows tiles as they come, each framed in the colour of the tab that has painted it. */
export class Picture {
  readonly #pixels: CanvasRenderingContext2D;
  readonly #frames: CanvasRenderingContext2D;

  constructor(pixels: HTMLCanvasElement, frames: HTMLCanvasElement) {
    this.#pixels = contextOf(pixels);
    this.#frames = contextOf(frames);
  }

  clear(): void {
    for (const context of [this.#pixels, this.#frames]) context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  }

  show({ left, top, width, height, rgba }: PaintedTile, colour: string): void {
    this.#pixels.putImageData(new ImageData(new Uint8ClampedArray(rgba), width, height), left, top);
    this.#frames.strokeStyle = colour;
    this.#frames.strokeRect(left + 1.5, top + 1.5, width - 3, height - 3);
  }

  /** The picture is whole: without frames. */
  finish(): void {
    this.#frames.clearRect(0, 0, this.#frames.canvas.width, this.#frames.canvas.height);
  }
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser has no canvas');
  return context;
}
