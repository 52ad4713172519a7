// Each mutation must name one place. `node scripts/mutation-places.js` prints those that do not, and fails if there are any.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutations } from './mutation-list.js';

const root = join(import.meta.dirname, '..');

const misplaced = mutations.flatMap(({ name, file, find }) => {
  const places = readFileSync(join(root, file), 'utf8').split(find).length - 1;
  return places === 1 ? [] : [`'${name}': its place is ${places} times in ${file}`];
});
for (const line of misplaced) console.error(line);
process.exitCode = misplaced.length === 0 ? 0 : 1;
