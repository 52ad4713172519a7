/** How figures are written. */

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function ratio(value: number): string {
  return value >= 100 ? count(value) : value >= 10 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value.toFixed(4);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Three digits that count. */
export function ms(value: number): string {
  return `${value >= 100 ? count(value) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3)} ms`;
}

export function us(value: number): string {
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(1)} µs`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes >= 1e7 ? 0 : 2)} MB`;
}
