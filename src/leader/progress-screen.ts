import { barIdleMs } from '../limits.js';
import { later, realNow, type Later } from '../real-time.js';
import type { ProgressStream } from './progress-stream.js';

/** Makes the line of a bar, of so many characters at most. */
type Line = (columns: number) => string;

interface Bar {
  line: Line;
  shownAt: number;
}

/** Where nobody knows how wide the terminal is. */
const usualColumns = 80;

/**
 * The bars at the end of what is on a terminal, each in a line of its own. The cursor stands below them. A bar of which nothing
 * was heard for `barIdleMs` goes: its job was unsubscribed.
 */
class ProgressScreen {
  readonly #stream: ProgressStream;
  readonly #bars = new Map<object, Bar>();
  /** How many lines it has drawn. */
  #drawn = 0;
  #timer: Later | undefined;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
  }

  show(bar: object, line: Line): void {
    this.#bars.set(bar, { line, shownAt: realNow() });
    this.#draw();
    this.#timer ??= this.#lookLater();
  }

  remove(bar: object): void {
    if (!this.#bars.delete(bar)) return;
    this.#draw();
    if (this.#bars.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #draw(): void {
    const { columns: known = 0 } = this.#stream;
    // One less: in the last column some terminals begin a new line. A terminal of no size has none that is known.
    const columns = (known > 0 ? known : usualColumns) - 1;
    const lines = [...this.#bars.values()].map(({ line }) => `${line(columns)}\n`);
    const back = this.#drawn === 0 ? '' : `\u001B[${this.#drawn}A`;
    // At once, so that nothing flickers: back to the first line, and from there on nothing but these.
    this.#stream.write(`${back}\r\u001B[J${lines.join('')}`);
    this.#drawn = lines.length;
  }

  #lookLater(): Later {
    const timer = later(() => {
      this.#timer = undefined;
      const oldest = realNow() - barIdleMs;
      for (const [bar, { shownAt }] of this.#bars) if (shownAt <= oldest) this.remove(bar);
      if (this.#bars.size > 0) this.#timer = this.#lookLater();
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
