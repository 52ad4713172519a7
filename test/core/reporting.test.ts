import { describe, expect, it } from 'vitest';
import { Reporting } from '../../src/core/reporting.js';

describe('reports of a leader', () => {
  it('are due at once when the hub asks, and then as often as it wants', () => {
    const reporting = new Reporting();
    expect(reporting.dueAt).toBe(Infinity);
    expect(reporting.takeDue(1_000)).toBe(false);
    reporting.watch(2_000, 1_000);
    expect(reporting.takeDue(1_000)).toBe(true);
    expect(reporting.takeDue(2_999)).toBe(false);
    expect(reporting.dueAt).toBe(3_000);
    expect(reporting.takeDue(3_000)).toBe(true);
  });

  it('are due twice a second at most, however often the hub asks', () => {
    const reporting = new Reporting();
    reporting.watch(1, 0);
    expect(reporting.takeDue(0)).toBe(true);
    reporting.watch(1, 100);
    expect(reporting.dueAt).toBe(500);
  });

  it('end when nobody watches any more, and with the connection', () => {
    const reporting = new Reporting();
    reporting.watch(500, 0);
    reporting.watch(0, 100);
    expect(reporting.dueAt).toBe(Infinity);
    reporting.watch(500, 200);
    expect(reporting.dueAt).toBe(200);
    reporting.stop();
    expect(reporting.dueAt).toBe(Infinity);
    reporting.watch(500, 300);
    expect(reporting.dueAt).toBe(300);
  });
});
