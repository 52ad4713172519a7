// Looks at what is installed for what is known to be unsafe. From the lock file, without a network: versions below those that
// carry security fixes, and anything that is not to be in it. Then npm asks for advisories; where nobody answers, it says so.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** The first versions with the fixes that this project relies on. */
const floors = { 'socket.io': '4.8.4', 'socket.io-parser': '4.2.7', 'engine.io': '6.6.12', ws: '8.23.0', flatted: '3.4.2' };

/**
 * @typedef {{ version?: string, resolved?: string, integrity?: string, link?: boolean, optional?: boolean }} Installed
 * @type {{ packages: Record<string, Installed> }}
 */
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const installed = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => ({ path, name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), ...entry }));

const complaints = [
  ...Object.entries(floors).flatMap(([name, floor]) => {
    const found = installed.filter((each) => each.name === name);
    if (found.length === 0) return [`${name} is not in the lock file, of which at least ${floor} is needed`];
    return found
      .filter(({ version = '0' }) => isBelow(version, floor))
      .map(({ path, version }) => `${path} is ${version}, below ${floor}`);
  }),
  ...installed.filter(({ resolved }) => resolved !== undefined).map(({ path }) => `${path} names where it was downloaded`),
  // Of those that are for other platforms the lock file may have none.
  ...installed
    .filter(({ integrity, link, optional }) => integrity === undefined && link !== true && optional !== true)
    .map(({ path }) => `${path} has no checksum`),
];
for (const complaint of complaints) console.error(complaint);
console.log(`${installed.length} packages in the lock file, ${complaints.length} complaints`);

const advisories = await ask();
console.log(advisories.message);
process.exitCode = complaints.length === 0 && !advisories.unsafe ? 0 : 1;

/**
 * Asks npm for advisories on what is published with this package.
 *
 * @returns {Promise<{ unsafe: boolean, message: string }>}
 */
async function ask() {
  const output = await promisify(execFile)('npm', ['audit', '--omit=dev', '--json'], { timeout: 60_000 }).then(
    ({ stdout }) => stdout,
    // It ends with 1 as well when there are advisories.
    (/** @type {unknown} */ error) => String(Object(error).stdout ?? ''),
  );
  try {
    const { metadata, message } = JSON.parse(output);
    if (metadata === undefined) {
      return { unsafe: false, message: `advisories could not be asked for: ${String(message).split(' - ')[0]}` };
    }
    const { total, high, critical } = metadata.vulnerabilities;
    return { unsafe: high + critical > 0, message: `${total} advisories, ${high + critical} of them high or critical` };
  } catch {
    return { unsafe: false, message: 'advisories could not be asked for: npm audit gave no answer' };
  }
}

/**
 * @param {string} version
 * @param {string} floor
 */
function isBelow(version, floor) {
  const parts = version.split(/[.-]/u).map(Number);
  const least = floor.split('.').map(Number);
  const at = least.findIndex((part, index) => part !== parts[index]);
  return at !== -1 && !((parts[at] ?? 0) > (least[at] ?? 0));
}
