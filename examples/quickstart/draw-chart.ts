import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { Interval } from './intervals.js';

const width = 720;
const height = 320;
const margin = { top: 52, right: 20, bottom: 44, left: 48 };

/** Colours for light and for dark pages. */
const style = `
  text { font: 13px system-ui, sans-serif; fill: #57606a; }
  .title { font-size: 16px; font-weight: 600; fill: #1f2328; }
  .grid { stroke: #d0d7de; }
  .band { fill: #0969da; opacity: 0.25; }
  .line { fill: none; stroke: #0969da; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title { fill: #f0f6fc; }
    .grid { stroke: #3d444d; }
    .band { fill: #4493f8; }
    .line { stroke: #4493f8; }
  }
`;

/** The intervals as a picture: a line with a band around it, as SVG without a background. */
export function drawChart(all: readonly Interval[]): string {
  const x = scaleLinear([0, 23], [margin.left, width - margin.right]);
  const y = scaleLinear([0, Math.max(...all.map(({ high }) => high))], [height - margin.bottom, margin.top]).nice();
  const at = ({ hour }: Interval): number => x(hour);
  const band = area<Interval>(
    at,
    ({ low }) => y(low),
    ({ high }) => y(high),
  ).digits(1);
  const limits = line<Interval>(at, ({ limit }) => y(limit)).digits(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<style>${style}</style>
<text class="title" x="${margin.left}" y="22">Nine of ten flights are at most so many minutes late</text>
<text x="${margin.left}" y="40">with the 95 % interval, from resampling 200,000 flights</text>
${y
  .ticks(5)
  .map((minutes) => gridLine(minutes, y(minutes)))
  .join('\n')}
${[0, 3, 6, 9, 12, 15, 18, 21].map((hour) => hourLabel(hour, x(hour))).join('\n')}
<text x="${(margin.left + width - margin.right) / 2}" y="${height - 6}" text-anchor="middle">hour of the day</text>
<path class="band" d="${band(all)}"/>
<path class="line" d="${limits(all)}"/>
</svg>
`;
}

function gridLine(minutes: number, y: number): string {
  const line = `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>`;
  return `${line}<text x="${margin.left - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end">${minutes}</text>`;
}

function hourLabel(hour: number, x: number): string {
  const label = `${String(hour).padStart(2, '0')}:00`;
  return `<text x="${x.toFixed(1)}" y="${height - margin.bottom + 18}" text-anchor="middle">${label}</text>`;
}
