import type { SourceEvent } from './job-events.js';
import type { JobState } from './job-state.js';

/** Takes in what the source says. @throws an Error when it says anything after its end */
export function takeIn(state: JobState, event: SourceEvent): void {
  if (state.source.state !== 'open') throw new Error(`'${event.type}' after the source has ended; ${state.story()}`);
  switch (event.type) {
    case 'elements':
      state.backlog.push(event.values);
      if (event.first !== undefined) state.arrivals?.push(event.first, event.values.length);
      break;
    case 'leftOut':
      state.arrivals?.leaveOut(event.index, event.stage);
      break;
    case 'sourceCompleted':
      state.source = { state: 'completed' };
      break;
    case 'sourceFailed':
      state.source = { state: 'failed', error: event.error };
      break;
    case 'rewound':
      state.rewind();
      state.demanded = 0;
      break;
  }
}
