import { parseArgs } from 'node:util';

const usage = `Usage: npm run quickstart [-- --hub]

  --hub    a hub and two workers as processes of their own; without it, all is in this process
  --help   show this text`;

/** What is asked for at the command line. Where that is help, or nothing that this program knows, it ends here. */
export function readFlags(): { readonly hub: boolean } {
  try {
    const { values } = parseArgs({
      options: { hub: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help !== true) return values;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    // Its first sentence says which flag is unknown. The others are for programs that take more.
    const [what] = error instanceof Error ? error.message.split('. ') : [];
    console.error(`error: ${what ?? 'unknown arguments'}\n\n${usage}`);
    process.exit(1);
  }
}
