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
 * Closes the worker when the page around is closed, reloaded or left. So the hub knows at once that what the worker had is to be
 * executed elsewhere, and that nobody died of it. A page that the browser keeps, to show it again, loses its connection instead,
 * and comes back.
 */
export function untilPageEnds(worker: Worker): Worker {
  // Other kinds of browser threads have no event like this.
  const page = globalThis as unknown as Page;
  const hidden = ({ persisted }: PageHide): void => {
    if (persisted !== true) void close();
  };
  const forget = (): void => page.removeEventListener?.('pagehide', hidden);
  const close = async (): Promise<void> => {
    forget();
    await worker.close();
  };
  page.addEventListener?.('pagehide', hidden);
  return {
    id: worker.id,
    slots: worker.slots,
    offers: worker.offers,
    get undone() {
      return worker.undone;
    },
    drain: async (options) => {
      await worker.drain(options);
      forget();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
