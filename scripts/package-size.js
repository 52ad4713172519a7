// Installs a packed archive in an empty project, as a user would, and prints how large the package is and what comes with it.
// Fails beyond the ceilings, and where a package comes twice. `node scripts/package-size.js <archive>`
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

/** Some tenth above what they are. Lower them when the package shrinks; raise them only for what is worth it. */
const ceilings = { packedKb: 1_150, unpackedKb: 3_300, files: 600, packages: 50, installedMb: 15.0 };

const [archive = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'paladin-size-'));
try {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  execFileSync('npm', ['install', ...options, resolve(archive), 'rxjs'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });

  const modules = join(folder, 'node_modules');
  /** @type {{ packages: Record<string, unknown> }} */
  const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
  const paths = Object.keys(lock.packages).filter((path) => !/^node_modules\/(?:rxjs|tslib)$/u.test(path));
  const names = paths.map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  const twice = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
  const own = measure(join(modules, 'paladin-rx'));

  const sizes = {
    packedKb: statSync(archive).size / 1e3,
    unpackedKb: own.bytes / 1e3,
    files: own.files,
    packages: paths.length,
    installedMb: (measure(modules).bytes - measure(join(modules, 'rxjs')).bytes - measure(join(modules, 'tslib')).bytes) / 1e6,
  };
  const of = (/** @type {keyof typeof sizes} */ name) =>
    `${sizes[name].toFixed(name.endsWith('Mb') ? 1 : 0)} (at most ${ceilings[name]})`;
  console.log(`${basename(archive)}: ${of('packedKb')} kB packed, ${of('unpackedKb')} kB unpacked, ${of('files')} files`);
  console.log(
    `installed without rxjs: ${of('packages')} packages, ${of('installedMb')} MB; more than once: ${twice.join(', ') || 'none'}`,
  );
  // These names are those of both.
  const limited = /** @type {(keyof typeof sizes)[]} */ (Object.keys(ceilings));
  process.exitCode = twice.length === 0 && limited.every((name) => sizes[name] <= ceilings[name]) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * What is below a folder.
 *
 * @param {string} below
 * @returns {{ bytes: number, files: number }}
 */
function measure(below) {
  const files = readdirSync(below, { recursive: true, encoding: 'utf8' })
    .map((path) => lstatSync(join(below, path)))
    .filter((stat) => stat.isFile());
  return { bytes: files.reduce((sum, { size }) => sum + size, 0), files: files.length };
}
