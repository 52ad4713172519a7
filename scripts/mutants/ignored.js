// What `npm run mutants` leaves as it is, a plugin of Stryker.

/**
 * @typedef {{ name?: string, id?: { name?: string } }} Name of a method: private ones have an identifier in it
 * @typedef {{ type: string, node: { key?: Name, callee?: { name?: string } } }} Path what is used of a path of Babel
 */

/** Of which kind, by the name of Stryker, and what it is. */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'checks and texts',
    value: {
      /**
       * Why all below this place is left as it is; undefined: it is not.
       *
       * @param {Path} path
       * @returns {string | undefined}
       */
      shouldIgnore({ type, node }) {
        const method = type.startsWith('Class') ? (node.key?.name ?? node.key?.id?.name) : undefined;
        if (method?.startsWith('validate') === true) {
          return 'It checks the machines: a weaker check of a machine that is right fails nowhere.';
        }
        if (type === 'ThrowStatement' || (type === 'NewExpression' && node.callee?.name?.endsWith('Error') === true)) {
          return 'Tests need not repeat the words of errors.';
        }
        return undefined;
      },
    },
  },
];
