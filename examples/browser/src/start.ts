/**
 * What the page loads first. The part that leads and lends is larger, and comes in a task of its own: so the page is there at
 * once, and does not stall while it starts.
 */
import { measurePauses } from './pause-meter.js';

const pause = document.querySelector<HTMLOutputElement>('#pause');
measurePauses((longestMs) => {
  if (pause !== null) pause.value = String(Math.round(longestMs));
});

const { start } = await import('./main.js');
await start();
