/** The columns of every audit log, in the documented order. The last four hold JSON. */
export const COLUMNS = [
  'MessageKey',
  'EntityKey',
  'EntityId',
  'When',
  'Principal',
  'Message',
  'PreviousState',
  'CurrentState',
] as const;

/** What a row holds, column by column. */
export type Columns = Readonly<Record<string, string>>;

const DOCUMENTED: ReadonlyMap<string, string> = new Map(COLUMNS.map((name) => [name.toLowerCase(), name]));

/** Names for what a header row or a JSON object calls its columns: the documented ones whatever their case, none of them twice. */
export function columnNames(header: readonly string[]): string[] {
  const names = new Set<string>();
  for (const [at, text] of header.entries()) {
    const name = text.trim();
    names.add(unused(DOCUMENTED.get(name.toLowerCase()) ?? (name || `column${at + 1}`), names));
  }
  return [...names];
}

/** Cells under their names. A short row lacks its last columns; what a long one has too many gets a number. */
export function columnsOf(names: readonly string[], cells: readonly string[]): Columns {
  const taken = new Set(names);
  return Object.fromEntries(cells.map((cell, at) => [names[at] ?? unused(`column${at + 1}`, taken), cell]));
}

function unused(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}${count}`;
  return free;
}
