/** The tables of the documents, which tests hold against the program. */

export interface DocumentRow {
  /** The nearest heading above the table, without its marks. */
  heading: string;
  cells: string[];
}

/** Every row of every table whose first cell is in code marks, in order. */
export function documentRows(markdown: string): DocumentRow[] {
  const rows: DocumentRow[] = [];
  let heading = '';
  for (const line of markdown.split('\n')) {
    const title = /^#{1,6} (.+)$/.exec(line)?.[1];
    if (title !== undefined) heading = title.replaceAll('`', '').trim();
    if (!/^\| *`/.test(line)) continue;
    const cells = line
      .replace(/^\||\|$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    rows.push({ heading, cells });
  }
  return rows;
}

/** What stands between the code marks of a cell. */
export function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** The first cells of the tables, in code marks, by heading. */
export function keysByHeading(markdown: string): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const { heading, cells } of documentRows(markdown)) {
    keys.set(heading, [...(keys.get(heading) ?? []), ...codeIn(cells[0] ?? '')]);
  }
  return keys;
}
