import { describe, expect, it } from 'vitest';
import { SourceWatch } from '../../server/command/source-watch.js';

/** Files in memory, each with what stands for its content. */
function watched(files: Record<string, string>, find = () => Object.keys(files)): SourceWatch {
  return new SourceWatch(find, (path) => files[path] ?? '');
}

describe('a watch of sources', () => {
  it('tells what has changed once it is written', () => {
    const files: Record<string, string> = { a: '1', b: '1' };
    const watch = watched(files);
    expect([watch.look(), watch.look()]).toEqual([[], []]);
    files['a'] = '2';
    // It is still being written.
    expect(watch.look()).toEqual([]);
    files['a'] = '3';
    expect(watch.look()).toEqual([]);
    expect(watch.look()).toEqual(['a']);
    watch.loaded();
    expect([watch.look(), watch.look()]).toEqual([[], []]);
  });

  it('tells nothing of what is as it was again', () => {
    const files: Record<string, string> = { a: '1' };
    const watch = watched(files);
    files['a'] = '2';
    watch.look();
    files['a'] = '1';
    expect([watch.look(), watch.look(), watch.look()]).toEqual([[], [], []]);
  });

  it('waits for a file that is gone for a moment, and tells of one that stays away', () => {
    const files: Record<string, string> = { a: '1' };
    const watch = watched(files, () => ['a']);
    files['a'] = '';
    expect([watch.look(), watch.look(), watch.look()]).toEqual([[], [], []]);
    files['a'] = '2';
    expect([watch.look(), watch.look()]).toEqual([[], ['a']]);
    watch.loaded();
    files['a'] = '';
    expect([1, 2, 3, 4, 5].map(() => watch.look())).toEqual([[], [], [], [], ['a']]);
  });

  it('sees files that come while the program is broken, and knows of new ones when it is loaded', () => {
    const files: Record<string, string> = { a: '1' };
    const watch = watched(files);
    files['b'] = '1';
    expect([watch.look(), watch.look()]).toEqual([[], []]);
    expect([watch.look(true), watch.look(true)]).toEqual([[], ['b']]);
    watch.loaded();
    expect(watch.files).toEqual(['a', 'b']);
    files['b'] = '2';
    expect([watch.look(), watch.look()]).toEqual([[], ['b']]);
  });
});
