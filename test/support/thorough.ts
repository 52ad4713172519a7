/**
 * Whether these are the slow tests, `npm run test:slow`. What a test file does with less in `npm test` (fewer runs, smaller
 * payloads) it does in full there: the slow tests include the files that ask.
 */
export const isThorough: boolean = process.env['THOROUGH'] === 'yes';
