const stepMs = 5;

/** Measures the longest time in which this page's thread did nothing else: what a visitor feels as a stall. */
export function measurePauses(show: (longestMs: number) => void): void {
  let longestMs = 0;
  let lastMs = performance.now();
  const look = (): void => {
    const now = performance.now();
    const pauseMs = now - lastMs - stepMs;
    lastMs = now;
    // Browsers slow the timers of hidden pages down.
    if (document.hidden || pauseMs <= longestMs) return;
    longestMs = pauseMs;
    show(longestMs);
  };
  setInterval(look, stepMs);
}
