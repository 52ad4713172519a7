/** What the page knows at the moment, and what whoever looks at it has chosen. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { SlotSecond } from '../../protocol/overview.js';
import { History, type Moment } from '../history.js';
import type { Report } from '../kept-report.js';
import { OverviewStream, type Connection, type TokenStore } from '../overview-stream.js';

export interface PageState {
  /** What is shown: now, or the moment that one looks back to. */
  readonly moment: Moment | undefined;
  /** Slot time up to now, also while one looks back. */
  readonly slotTime: readonly SlotSecond[];
  /** The first and the last second that one can look at. */
  readonly first: number;
  readonly last: number;
  readonly isFrozen: boolean;
  readonly connection: Connection;
  /** A report shows what was, and asks no hub. */
  readonly report: Report | undefined;
  /** Another hub has come in the place of the one before: when, in milliseconds since 1970. */
  readonly restartedAt: number | undefined;
  readonly lookAt: (second: number | undefined) => void;
  readonly show: (token: string) => void;
  readonly retryNow: () => void;
}

/** The hub's own address, whatever name and path a proxy gives it. */
export function overviewUrl(): string {
  const { origin, pathname } = location;
  return `${origin}${pathname.endsWith('/') ? pathname : `${pathname}/`}overview`;
}

const tokenKey = 'paladin-token';
/** A token lives as long as its tab. Where a browser keeps nothing, it lives as long as the page. */
function tokenStore(): TokenStore {
  let held: string | undefined;
  const guarded = <T>(use: () => T): T | undefined => {
    try {
      return use();
    } catch {
      return undefined;
    }
  };
  return {
    read: () => held ?? guarded(() => sessionStorage.getItem(tokenKey)) ?? undefined,
    write: (token) => {
      held = token;
      guarded(() => (token === undefined ? sessionStorage.removeItem(tokenKey) : sessionStorage.setItem(tokenKey, token)));
    },
  };
}

export function usePageState(report: Report | undefined): PageState {
  const history = useMemo(() => new History(), []);
  const [, setTick] = useState(0);
  const [second, lookAt] = useState<number>();
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' });
  const [restartedAt, setRestartedAt] = useState<number>();
  const stream = useRef<OverviewStream>(undefined);
  useEffect(() => {
    if (report !== undefined) {
      history.add(report.overview);
      setTick(1);
      return undefined;
    }
    const end = new AbortController();
    stream.current = new OverviewStream(overviewUrl(), tokenStore(), {
      told: (overview) => {
        if (history.add(overview)) {
          setRestartedAt(overview.at);
          lookAt(undefined);
        }
        setTick((tick) => tick + 1);
      },
      changed: setConnection,
    });
    void stream.current.run(end.signal);
    return () => end.abort();
  }, [history, report]);
  const shown = second === undefined ? history.last : Math.max(history.first, second);
  return {
    moment: history.at(shown),
    slotTime: history.slotTime(),
    first: history.first,
    last: history.last,
    isFrozen: second !== undefined,
    connection,
    report,
    restartedAt,
    lookAt,
    show: useCallback((token) => stream.current?.show(token), []),
    retryNow: useCallback(() => stream.current?.retryNow(), []),
  };
}
