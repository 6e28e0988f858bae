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

/** The texts of a row by the names of their columns. */
export type Columns = Readonly<Record<string, string>>;

const DOCUMENTED: ReadonlyMap<string, string> = new Map(COLUMNS.map((name) => [name.toLowerCase(), name]));

/** The column names of a header row or a JSON object: in the documented case, and each only once. */
export function columnNames(header: readonly string[]): string[] {
  const names = new Set<string>();
  for (const [at, text] of header.entries()) {
    const name = text.trim();
    names.add(unused(DOCUMENTED.get(name.toLowerCase()) ?? (name || `column${at + 1}`), names));
  }
  return [...names];
}

/** The cells by their column names. A short row has no last columns; surplus cells of a long row get numbered names. */
export function columnsOf(names: readonly string[], cells: readonly string[]): Columns {
  if (cells.length > names.length || names.includes('__proto__')) return oddColumnsOf(names, cells);
  const columns: Record<string, string> = {};
  for (const [at, cell] of cells.entries()) columns[names[at] as string] = cell;
  return columns;
}

function oddColumnsOf(names: readonly string[], cells: readonly string[]): Columns {
  const taken = new Set(names);
  return Object.fromEntries(cells.map((cell, at) => [names[at] ?? unused(`column${at + 1}`, taken), cell]));
}

function unused(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}${count}`;
  return free;
}
