import { describe, expect, test } from 'vitest';
import { withSections } from '../../bench/report/page.js';

const order = ['map', 'fold', 'hub'];
const headings = (page: string): string[] => [...page.matchAll(/^## (.*)$/gmu)].map(([, heading = '']) => heading);

describe('withSections', () => {
  test('makes a page out of nothing', () => {
    const page = withSections('', order, new Map([['map', 'figures']]));
    expect(page).toMatch(/^# Benchmarks\n/u);
    expect(page).toContain('## map\n\nfigures\n');
  });

  test('replaces the sections that are new, and leaves the others as they are', () => {
    const old = withSections(
      '',
      order,
      new Map([
        ['map', 'old map'],
        ['fold', 'old fold\n\n| table |'],
      ]),
    );
    const page = withSections(old, order, new Map([['map', 'new map']]));
    expect(page).not.toContain('old map');
    expect(page).toContain('## map\n\nnew map\n');
    expect(page).toContain('## fold\n\nold fold\n\n| table |\n');
  });

  test('puts sections into order, whichever was written first', () => {
    const old = withSections('', order, new Map([['hub', 'x']]));
    expect(headings(withSections(old, order, new Map([['map', 'y']])))).toEqual(['map', 'hub']);
  });

  test('keeps a section that it does not know, at the end', () => {
    const old = withSections('', ['makespan'], new Map([['makespan', 'x']]));
    const page = withSections(old, order, new Map([['hub', 'y']]));
    expect(headings(page)).toEqual(['hub', 'makespan']);
    expect(page).toContain('## makespan\n\nx\n');
  });

  test('is the same when nothing is new', () => {
    const page = withSections('', order, new Map([['map', 'a\n\nb']]));
    expect(withSections(page, order, new Map())).toBe(page);
  });
});
