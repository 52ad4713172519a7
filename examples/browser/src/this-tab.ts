/** The tab that this Web Worker belongs to. The page says so by a message of its own: paladin-rx leaves those alone. */
let tab = '';

export function thisTab(): string {
  return tab;
}

export function listenForTab(): void {
  addEventListener('message', ({ data }: MessageEvent<{ tab?: string }>) => {
    tab = data.tab ?? tab;
  });
}
