// What `npm run mutants` leaves as it is, a plugin of Stryker.

/** @typedef {{ type: string, node: { key?: { name?: string }, callee?: { name?: string } } }} Path what is used of a path of Babel */

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
        if (type === 'ClassMethod' && node.key?.name === 'validate') {
          return 'It checks the machines: a weaker check of a machine that is right fails nowhere.';
        }
        if (type === 'NewExpression' && node.callee?.name?.endsWith('Error') === true) {
          return 'Tests need not repeat the words of errors.';
        }
        return undefined;
      },
    },
  },
];
