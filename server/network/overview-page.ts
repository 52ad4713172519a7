/** Answers at `/overview`: what the hub's page shows. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAdmitted, jsonAnswer, send } from '../../src/http/pages.js';
import { readVersion } from '../../src/metrics/version.js';
import { realNow } from '../../src/real-time.js';
import { overviewOf } from '../core/overview.js';
import { forThePage } from '../core/status.js';
import type { HubDriver } from '../in-process/hub-driver.js';
import { maxWatchers } from '../limits.js';
import { OverviewBoard } from './overview-board.js';
import { OverviewWatchers, streamType } from './overview-watchers.js';
import type { Traffic } from './traffic.js';

/** Throws when the request is not from an observer. */
export type Admit = (request: IncomingMessage) => Promise<void>;

/** A stream of all that the page shows, or one such line with `?once`. */
export class OverviewPage {
  readonly #watchers: OverviewWatchers;
  readonly #admit: Admit;
  #isClosed = false;

  constructor(driver: HubDriver, traffic: Traffic, admit: Admit) {
    this.#admit = admit;
    const board = new OverviewBoard({
      known: () => {
        driver.watched();
        return driver.read((state, now) => overviewOf(state, now, forThePage));
      },
      traffic: () => traffic.read(),
      version: readVersion(),
      now: realNow,
      today: () => Date.now(),
    });
    this.#watchers = new OverviewWatchers({ make: () => board.make(), pause: () => board.pause() });
  }

  /** @param goesOn is called where the answer takes as long as it is read */
  async answer(request: IncomingMessage, response: ServerResponse, goesOn: () => void): Promise<void> {
    if (!(await isAdmitted(request, response, this.#admit))) return;
    // It may have gone while it was asked who it is.
    const once = isOnce(request);
    if (response.destroyed || this.#isClosed) response.destroy();
    else if (request.method === 'HEAD') send(response, { status: 200, contentType: streamType, body: '' });
    else if (this.#watchers.hasRoomFor(once)) {
      goesOn();
      this.#watchers.add(request, response, once);
    } else send(response, jsonAnswer(503, { status: 'refused', reason: tooManyWatch }));
  }

  /** The tokens have changed: who has none of them is cut off. */
  admitAnew(): void {
    this.#watchers.admitAnew(this.#admit);
  }

  close(): void {
    this.#isClosed = true;
    this.#watchers.close();
  }
}

const tooManyWatch = `${maxWatchers} pages watch this hub, which is the most: close one of them, or ask for /status.json`;

/** Whether one line is asked for, and no stream. */
function isOnce({ url = '' }: IncomingMessage): boolean {
  const [, query = ''] = url.split('?', 2);
  return new URLSearchParams(query).has('once');
}
