import { describe, it } from 'vitest';
import { flatted } from '../../src/serializer/flatted.js';
import { msgpack } from '../../src/serializer/msgpack.js';
import { expectCarried } from './round-trip.js';

describe.each([msgpack, flatted])('$name', (serializer) => {
  it('carries many values of any kind, unchanged', { timeout: 120_000 }, () => {
    expectCarried(serializer, 5_000);
  });
});
