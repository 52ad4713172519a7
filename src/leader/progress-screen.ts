import { grouped } from '../core/job/in-words.js';
import { barIdleMs, progressEveryMs } from '../limits.js';
import { cutTo } from '../protocol/columns.js';
import { later, realNow, type Later } from '../real-time.js';
import type { ProgressStream } from './progress-stream.js';

/** Makes the line of a bar, of so many columns at most. */
type Line = (columns: number) => string;

interface Bar {
  line: Line;
  shownAt: number;
}

/** Where nobody knows how large the terminal is. */
const usualColumns = 80;
const usualRows = 24;

/**
 * The bars at the end of what is on a terminal, each in a line of its own. The cursor stands below them.
 *
 * Rules.
 * 1. All bars are drawn together, once in `progressEveryMs` at most. Each bar has its news as often, whenever that comes.
 * 2. What is drawn fits into the window with the cursor: lines that have left it cannot be drawn anew. Bars without room are
 *    counted in the last line.
 * 3. When the last bar goes, it goes at once: the program may end, or write something.
 * 4. A bar of which nothing was heard for `barIdleMs` goes: its job was unsubscribed.
 */
class ProgressScreen {
  readonly #stream: ProgressStream;
  readonly #bars = new Map<object, Bar>();
  /** How many lines it has drawn. */
  #drawn = 0;
  #drawnAt = -Infinity;
  #nextDraw: Later | undefined;
  #nextLook: Later | undefined;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  show(bar: object, line: Line): void {
    this.#bars.set(bar, { line, shownAt: realNow() });
    this.#drawInTime();
    this.#nextLook ??= this.#lookLater();
  }

  remove(bar: object): void {
    if (!this.#bars.delete(bar)) return;
    if (this.#bars.size > 0) {
      this.#drawInTime();
      return;
    }
    this.#nextLook?.cancel();
    this.#nextLook = undefined;
    this.#draw();
  }

  #drawInTime(): void {
    if (this.#nextDraw !== undefined) return;
    const waitMs = this.#drawnAt + progressEveryMs - realNow();
    if (waitMs <= 0) {
      this.#draw();
      return;
    }
    this.#nextDraw = later(() => {
      this.#draw();
    }, waitMs);
    // A program may end meanwhile.
    this.#nextDraw.unref();
  }

  #draw(): void {
    this.#nextDraw?.cancel();
    this.#nextDraw = undefined;
    this.#drawnAt = realNow();
    const { columns = 0, rows = 0 } = this.#stream;
    // A terminal of no size has none that is known. One less: in the last column some terminals begin a new line.
    const width = (columns > 0 ? columns : usualColumns) - 1;
    const room = Math.max(1, (rows > 0 ? rows : usualRows) - 1);
    const lines = this.#lines(width, room);
    const up = Math.min(this.#drawn, room);
    const back = up === 0 ? '' : `\u001B[${up}A`;
    // At once, so that nothing flickers: back to the first line, and from there on nothing but these.
    this.#stream.write(`${back}\r\u001B[J${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.length;
  }

  /** So many lines at most. */
  #lines(width: number, room: number): string[] {
    const bars = [...this.#bars.values()];
    const shown = bars.length <= room ? bars : bars.slice(0, room - 1);
    const lines = shown.map(({ line }) => line(width));
    const left = bars.length - shown.length;
    return left === 0 ? lines : [...lines, cutTo(width, `and ${grouped(left)} more`)];
  }

  #lookLater(): Later {
    const timer = later(() => {
      this.#nextLook = undefined;
      const oldest = realNow() - barIdleMs;
      for (const [bar, { shownAt }] of this.#bars) if (shownAt <= oldest) this.remove(bar);
      if (this.#bars.size > 0) this.#nextLook = this.#lookLater();
    }, barIdleMs);
    // A program may end meanwhile.
    timer.unref();
    return timer;
  }
}

/** Bars of all jobs of a process that are drawn on the same terminal must know of each other. */
const screens = new WeakMap<ProgressStream, ProgressScreen>();

/** The bars that are drawn on a stream. */
export function screenOf(stream: ProgressStream): Pick<ProgressScreen, 'show' | 'remove'> {
  const screen = screens.get(stream) ?? new ProgressScreen(stream);
  screens.set(stream, screen);
  return screen;
}
