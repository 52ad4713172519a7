/** What to look at where a Web Worker says nothing. */
export const whySilent = 'does its script call serveOperations, and does all that it imports load?';
