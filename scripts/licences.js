import { existsSync, readFileSync } from 'node:fs';

/**
 * The licences of the packages that these files belong to, as a text.
 *
 * @param {string} made what is made of the files
 * @param {readonly string[]} files
 * @returns {string}
 */
export function licencesOf(made, files) {
  const folders = new Set(
    files.map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(path)?.[0]).filter((folder) => folder !== undefined),
  );
  const licences = [...folders].toSorted().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const file = ['LICENSE', 'LICENSE.md', 'license.md'].map((each) => `${folder}/${each}`).find(existsSync);
    if (file === undefined) throw new Error(`${name} has no licence file`);
    return `${name} ${version}\n\n${readFileSync(file, 'utf8').trim()}\n`;
  });
  return `${made} is made of these packages.\n\n${licences.join('\n\n')}`;
}
