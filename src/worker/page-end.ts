import type { Worker } from './worker.js';

/** What is needed of a page, and read of its event. */
interface Page {
  addEventListener?(type: 'pagehide', listener: (event: PageHide) => void): void;
  removeEventListener?(type: 'pagehide', listener: (event: PageHide) => void): void;
}
interface PageHide {
  readonly persisted?: boolean;
}

/**
 * Starts a worker, and closes it when the page around is closed, reloaded or left. So the hub knows at once that what the worker
 * had is to be executed elsewhere, and that nobody died of it. A page that the browser keeps, to show it again, loses its
 * connection instead, and comes back.
 *
 * @param start is given what to call when the worker ends, for whatever reason: then the page is listened to no more
 */
export async function untilPageEnds(start: (ended: () => void) => Promise<Worker>): Promise<Worker> {
  // Other kinds of browser threads have no event like this.
  const page = globalThis as unknown as Page;
  let worker: Worker | undefined;
  const hidden = ({ persisted }: PageHide): void => {
    if (persisted !== true) void worker?.close();
  };
  const forget = (): void => page.removeEventListener?.('pagehide', hidden);
  page.addEventListener?.('pagehide', hidden);
  try {
    worker = await start(forget);
    return worker;
  } catch (error) {
    forget();
    throw error;
  }
}
