import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Paints a picture of this width and height, in CSS pixels. */
export type Paint = (context: CanvasRenderingContext2D, width: number, height: number) => void;

export interface CanvasProps {
  /** What the picture shows, in words: for who does not see it. */
  readonly label: string;
  /** In CSS pixels, of the width that there is. */
  readonly height: number | ((width: number) => number);
  readonly paint: Paint;
  readonly onPoint?: (x: number | undefined, y: number, width: number) => void;
  readonly onPick?: (x: number, y: number, width: number) => void;
}

/** A picture as wide as there is room, sharp on any screen, in the colours of the scheme. */
export function Canvas({ label, height, paint, onPoint, onPick }: CanvasProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [, setScheme] = useState(0);
  useEffect(() => {
    const parent = canvas.current?.parentElement;
    if (!parent) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(parent);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const anew = (): void => setScheme((times) => times + 1);
    dark.addEventListener('change', anew);
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', anew);
    };
  }, []);
  const high = typeof height === 'number' ? height : height(width);
  useLayoutEffect(() => {
    const target = canvas.current;
    const context = target?.getContext('2d');
    if (!target || !context || width === 0) return;
    const ratio = devicePixelRatio;
    target.width = Math.round(width * ratio);
    target.height = Math.round(high * ratio);
    target.style.height = `${high}px`;
    context.scale(ratio, ratio);
    paint(context, width, high);
  });
  const at = (event: PointerEvent, then: ((x: number, y: number, width: number) => void) | undefined): void => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    then?.(event.clientX - left, event.clientY - top, width);
  };
  return (
    <div class="canvas">
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        onPointerMove={(event) => at(event, onPoint)}
        onPointerLeave={() => onPoint?.(undefined, 0, width)}
        onPointerDown={(event) => at(event, onPick)}
      />
    </div>
  );
}

/** A colour of the style sheet, by its name there. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** How a surface is told from others without its colour. */
export type Texture = 'plain' | 'stripes' | 'dots' | 'grid';

/** A fill with a texture that stands still while the picture moves below it. */
export function textured(context: CanvasRenderingContext2D, fill: string, ink: string, texture: Texture): string | CanvasPattern {
  if (texture === 'plain') return fill;
  const tile = document.createElement('canvas');
  const size = 6;
  tile.width = tile.height = size;
  const pen = tile.getContext('2d');
  if (!pen) return fill;
  pen.fillStyle = fill;
  pen.fillRect(0, 0, size, size);
  pen.fillStyle = pen.strokeStyle = ink;
  pen.beginPath();
  if (texture === 'dots') pen.fillRect(1, 1, 2, 2);
  if (texture === 'stripes') {
    for (const from of [-size, 0, size]) {
      pen.moveTo(from - 1, size + 1);
      pen.lineTo(from + size + 1, -1);
    }
  }
  if (texture === 'grid') {
    pen.moveTo(0, 3);
    pen.lineTo(size, 3);
    pen.moveTo(3, 0);
    pen.lineTo(3, size);
  }
  pen.stroke();
  return context.createPattern(tile, 'repeat') ?? fill;
}
