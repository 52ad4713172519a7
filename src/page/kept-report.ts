/** The page with its data in it, as a file. */
import type { Overview } from '../protocol/overview.js';

/** What stands in a report. */
export interface Report {
  /** The address of the hub. */
  readonly hub: string;
  readonly overview: Overview;
}

/** The element of the page that has the data of a report; empty where the page asks a hub. */
export const reportId = 'report';
const opening = `<script type="application/json" id="${reportId}">`;

/**
 * The page with a report in it.
 *
 * @param page the built page
 * @throws an error when it has no place for a report
 */
export function withReport(page: string, report: Report): string {
  const [before, after, ...more] = page.split(`${opening}</script>`);
  if (before === undefined || after === undefined || more.length > 0) throw new Error('the page has no place for a report');
  // Names are others' texts: nothing in them may end the element, or begin a comment in it.
  const data = JSON.stringify(report).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  return `${before}${opening}${data}</script>${after}`;
}
