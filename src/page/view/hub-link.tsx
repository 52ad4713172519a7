import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { duration } from '../format.js';
import type { PageState } from './page-state.js';

/** How it goes with the hub, in the corner of the page. */
export function LinkState({ connection, isFrozen, report }: PageState): JSX.Element {
  const state = report !== undefined ? 'report' : connection.state === 'live' && isFrozen ? 'frozen' : connection.state;
  const words = {
    report: 'report',
    frozen: 'frozen',
    live: 'live',
    connecting: 'connecting',
    token: 'locked',
    waiting: 'no connection',
  };
  return (
    <span class={`link ${state}`} role="status">
      <i aria-hidden="true" />
      {words[state]}
    </span>
  );
}

/** What is said of a hub that is away. */
export function Away({ connection, retryNow }: PageState): JSX.Element | null {
  const [, setTick] = useState(0);
  const isWaiting = connection.state === 'waiting';
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setInterval(() => setTick((tick) => tick + 1), 500);
    return () => clearInterval(timer);
  }, [isWaiting]);
  if (!isWaiting) return null;
  const left = Math.max(0, connection.retryAt - performance.now());
  return (
    <div class="notice" role="alert">
      <span>
        <b>No connection:</b> {connection.reason}. What is shown is the last that was told.
      </span>
      <button type="button" onClick={retryNow}>
        Try now
      </button>
      <span class="muted" aria-hidden="true">
        again in {duration(Math.ceil(left / 1_000) * 1_000)}
      </span>
    </div>
  );
}

/** Asks for the token. It stays in this tab. */
export function TokenForm({ connection, show }: PageState): JSX.Element | null {
  const field = useRef<HTMLInputElement>(null);
  const isAsked = connection.state === 'token';
  useEffect(() => {
    if (isAsked) field.current?.focus();
  }, [isAsked]);
  if (!isAsked) return null;
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        const token = field.current?.value.trim() ?? '';
        if (token !== '') show(token);
      }}
    >
      <h2>This hub asks for a token</h2>
      <p>
        It is the observer’s token: what the hub was started with as <code>--observer-token</code> or <code>--token</code>. It
        stays in this tab alone, until it is closed.
      </p>
      {connection.refused !== undefined && (
        <p class="wrong" role="alert" id="wrong">
          That token is not valid. The hub says: {connection.refused}
        </p>
      )}
      <label for="token">Token</label>
      <input
        id="token"
        ref={field}
        type="password"
        autocomplete="off"
        required
        aria-invalid={connection.refused !== undefined}
        {...(connection.refused !== undefined && { 'aria-describedby': 'wrong' })}
      />
      <button type="submit">Show the hub</button>
    </form>
  );
}
