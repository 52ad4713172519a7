/** The list of tabs that have painted, each with its colour and number of tiles. */
export class Painters {
  readonly #list: HTMLElement;
  readonly #own: string;
  readonly #rows = new Map<string, { readonly colour: string; readonly output: HTMLOutputElement; tiles: number }>();

  constructor(list: HTMLElement, own: string) {
    this.#list = list;
    this.#own = own;
  }

  clear(): void {
    this.#rows.clear();
    this.#list.replaceChildren();
  }

  /** Counts a tile. @returns the colour of its tab */
  count(tab: string): string {
    const row = this.#rows.get(tab) ?? this.#add(tab);
    row.tiles += 1;
    row.output.value = String(row.tiles);
    return row.colour;
  }

  #add(tab: string): { readonly colour: string; readonly output: HTMLOutputElement; tiles: number } {
    const colour = `hsl(${(this.#rows.size * 137.5 + 200) % 360} 85% 65%)`;
    const item = document.createElement('li');
    item.style.setProperty('--colour', colour);
    const output = document.createElement('output');
    item.append(tab === this.#own ? `${tab} (this one)` : tab, output);
    this.#list.append(item);
    const row = { colour, output, tiles: 0 };
    this.#rows.set(tab, row);
    return row;
  }
}
