/**
 * Whether a worker is ready to be given work.
 *
 * Rules.
 * 1. It is ready when it has loaded its modules, the hub has taken it, and it is to stay.
 * 2. A worker that loses its hub is not ready until the hub has taken it again.
 * 3. One that drains, or whose threads cannot be had any more, is never ready again. To be broken says more than to drain.
 */
export class WorkerHealth {
  #isLoaded = false;
  #isConnected = false;
  #leaves: 'draining' | 'broken' | undefined;

  /** Why it is to be given nothing; undefined: it is ready. */
  get notReady(): string | undefined {
    if (this.#leaves !== undefined) return this.#leaves;
    if (!this.#isLoaded) return 'starting';
    return this.#isConnected ? undefined : 'not connected';
  }

  /** What it executes is loaded. */
  loaded(): void {
    this.#isLoaded = true;
  }

  /** The hub has taken it. */
  connected(): void {
    this.#isConnected = true;
  }

  /** There is no hub, or none yet. */
  lost(): void {
    this.#isConnected = false;
  }

  /** It is told to go. */
  draining(): void {
    this.#leaves ??= 'draining';
  }

  /** It can execute nothing any more. */
  broken(): void {
    this.#leaves = 'broken';
  }
}
