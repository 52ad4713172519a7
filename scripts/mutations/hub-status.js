// Ways to break what the hub says of jobs that wait.

/** @type {readonly import('../mutation-list.js').Mutation[]} */
export const hubStatusMutations = [
  {
    name: 'the status blames a worker at once',
    file: 'server/core/why-it-waits.ts',
    find: 'now - oldest.givenAt >= stillAfterMs',
    replace: 'now >= oldest.givenAt',
  },
  {
    name: 'the status blames the youngest batch',
    file: 'server/core/oldest-lease.ts',
    find: 'lease.givenAt < oldest.givenAt',
    replace: 'lease.givenAt > oldest.givenAt',
  },
  {
    name: 'the status does not say that a leader does not read',
    file: 'server/core/why-it-waits.ts',
    find: "  if (leader.connection.congested) return 'its leader does not read what waits for it';\n",
    replace: '',
  },
  {
    name: 'the status does not say that a leader does not acknowledge',
    file: 'server/core/why-it-waits.ts',
    find: "  if (leader.isOwing) return 'its leader does not acknowledge the results that it has been sent';\n",
    replace: '',
  },
  {
    name: 'the status does not say what nobody offers',
    file: 'server/core/why-it-waits.ts',
    find: "missingTold === '' ? 'no worker has a slot for it' : missingTold",
    replace: "'no worker has a slot for it'",
  },
  {
    name: 'the status says that others have all slots while a job gets on',
    file: 'server/core/why-it-waits.ts',
    find: "  if (leases.size > 0) return '';\n",
    replace: '',
  },
  {
    name: 'the status shows all that a worker has',
    file: 'server/core/status.ts',
    find: '    if (oldest.length === mostShown) break;\n',
    replace: '',
  },
];
