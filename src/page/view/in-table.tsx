import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';

export interface InTableProps {
  /** What the table has, as in `slot time by the minute`. */
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
}

/** What a picture shows, as a table for who does not see it or wants numbers. It is made when it is opened. */
export function InTable({ name, head, rows }: InTableProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="in-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{name}, as a table</summary>
      {isOpen && (
        <div class="scroll" tabIndex={0} role="region" aria-label={name}>
          <table>
            <thead>
              <tr>
                {head.map((each) => (
                  <th key={each} scope="col">
                    {each}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(([first, ...others], at) => (
                <tr key={at}>
                  <th scope="row">{first}</th>
                  {others.map((each, cell) => (
                    <td key={cell}>{each}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
