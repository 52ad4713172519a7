import { describe, expect, it } from 'vitest';
import { joinParts } from '../../src/protocol/parts.js';
import { json, JobUnderTest, stage } from './job-harness.js';

const chain = [stage('map'), stage('map', { operation: 'g' }), stage('fold')];
const missing = { type: 'capacity', slots: 0, leased: 0, missing: 'no single worker offers all', divideAt: 2 } as const;

describe('a chain that no worker executes whole', () => {
  it('is divided: the job gives back what it has taken in, sent or not, in order', () => {
    const test = new JobUnderTest({ stages: chain, divisible: true, batch: 2 });
    test.handle({ type: 'connected' });
    test.handle({ type: 'elements', values: [1, 2, 3, 4, 5] });
    expect(test.sent).toHaveLength(1);
    test.handle({ type: 'sourceCompleted' });
    test.handle(missing);
    expect(test.others.at(-1)).toEqual({ type: 'divided', at: 2, values: [1, 2, 3, 4, 5], source: { state: 'completed' } });
    test.handle({ type: 'elements', values: [6] });
    expect(test.others.at(-1)?.type).toBe('divided');
  });

  it('waits where its owner cannot go on in parts', () => {
    const test = new JobUnderTest({ stages: chain });
    test.handle({ type: 'connected' });
    test.handle({ type: 'elements', values: [1] });
    test.handle(missing);
    expect(test.others.map(({ type }) => type)).not.toContain('divided');
  });

  it('waits once something of it was executed', () => {
    const test = new JobUnderTest({ stages: chain, divisible: true, batch: 1 });
    test.handle({ type: 'connected' });
    const payload = joinParts([json.encode(['a'])]);
    for (const batch of test.handle({ type: 'elements', values: [1, 2] })) test.result(batch, { payload });
    expect(test.sent).toHaveLength(2);
    test.handle(missing);
    expect(test.others.map(({ type }) => type)).not.toContain('divided');
  });

  it('waits where an element was refused that it cannot give back', () => {
    const refuse = (value: unknown) => (value === 2 ? ({ code: 'INVALID_INPUT', reason: 'no' } as const) : undefined);
    const test = new JobUnderTest({ stages: chain, divisible: true, batch: 2, refuse });
    test.handle({ type: 'connected' });
    test.handle({ type: 'elements', values: [1, 2] });
    test.handle(missing);
    expect(test.others.map(({ type }) => type)).not.toContain('divided');
  });
});
