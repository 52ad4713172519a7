/**
 * A hub that can be asked what it holds, how large it is, and what happened at its door:
 * `hub.js LEADER_TOKEN WORKER_TOKEN OBSERVER_TOKEN`.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startHub, type HubEvent } from 'paladin-rx/server';
import { collectLess } from '../../server/command/serving.js';
import { answer } from '../processes/answering.js';
import { measure } from '../soak/measure.js';

const [, , leader = '', worker = '', observer = ''] = process.argv;
/** How often each kind of thing happened at the door. */
const doorEvents: Record<string, number> = {};
const delay = monitorEventLoopDelay({ resolution: 2 });
delay.enable();
let load = { cpu: process.cpuUsage(), sinceMs: performance.now() };
// As the command does.
collectLess();
const hub = await startHub({ port: 0, tokens: { leader, worker, observer }, onEvent: count });

answer({
  status: () => hub.status(),
  measure: async () => ({ ...(await measure()), rssBytes: process.memoryUsage.rss() }),
  doorEvents: () => doorEvents,
  /** Since it was asked the last time: the longest turn of the event loop, and how much of a core it took, from 0 up. */
  load: () => {
    const { user, system } = process.cpuUsage(load.cpu);
    const busy = (user + system) / 1_000 / (performance.now() - load.sinceMs);
    const longestTurnMs = delay.max / 1e6;
    delay.reset();
    load = { cpu: process.cpuUsage(), sinceMs: performance.now() };
    return { longestTurnMs, busy };
  },
});
console.log(`hub listening on ${hub.url}`);

function count(event: HubEvent): void {
  const what = 'reason' in event ? `${event.type}: ${kindOf(event.reason)}` : event.type;
  doorEvents[what] = (doorEvents[what] ?? 0) + 1;
}

/** Reasons without what is different each time. */
function kindOf(reason: string): string {
  return reason
    .replaceAll(/, got .*/gsu, '')
    .replaceAll(/'[^']*'/gu, '…')
    .replaceAll(/\[?-?\d[\d.e+]*\]?/gu, 'n')
    .slice(0, 70);
}
