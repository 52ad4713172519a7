import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputs, JobUnderTest, json, stage } from './job-harness.js';
import { joinParts } from '../../src/wire/parts.js';

describe('partials that do not fit into one payload', () => {
  it('end the job, which leaves none of them out, also where its last combines are planned', () => {
    const sizes = fc.array(fc.constantFrom(10, 30, 60), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 8 }), fc.infiniteStream(fc.nat()), (lengths, slots, choices) => {
        const test = JobUnderTest.with(slots, {
          stages: [stage('map'), stage('fold', { onFatal: 'skip' })],
          batch: 1,
          limits: () => ({ maxPayloadBytes: 100, maxBatches: 1_000, freeBatches: Infinity, freeBytes: Infinity }),
        });
        const waiting = [...test.elements(...lengths), ...test.complete()];
        while (test.others.length === 0) {
          // Whichever is answered next; combines take so long that it is worth planning them.
          const [batch] = waiting.splice((choices.next().value ?? 0) % Math.max(1, waiting.length), 1);
          test.now += 40;
          if (batch === undefined) waiting.push(...test.tick(test.job.nextDeadline() ?? Infinity));
          else {
            const units = inputs(batch);
            const whole = batch.units === 'elements' ? 'x'.repeat(Number(units[0])) : units.join('');
            waiting.push(...test.result(batch, { payload: joinParts([json.encode([whole])]), elapsedMs: 40 }));
          }
        }
        const [end] = test.others;
        const sum = lengths.reduce((total, length) => total + length, 0);
        if (end?.type === 'completed') expect(test.emitted).toEqual(['x'.repeat(sum)]);
        else expect(end).toMatchObject({ type: 'failed', error: { code: 'PAYLOAD_TOO_LARGE' } });
      }),
    );
  });
});
