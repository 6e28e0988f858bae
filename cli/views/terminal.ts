import { clean, cleanLines } from '../../functions/core/events/excerpt.ts';
import { painted } from './paint.ts';

// Whatever a person sees passes here: a vendor's text, a record or a name must not control the terminal.

/** Whether the last line of the terminal is one that is to be replaced. */
let hasStatusLine = false;

/** Writes a result to stdout. */
export function print(text: string): void {
  clearStatusLine();
  process.stdout.write(`${painted(text, process.stdout, cleanLines)}\n`);
}

/** Writes a line to stderr that gives way to the next one, and to whatever else is written. It must not be wider than the terminal. */
export function statusLine(text: string): void {
  hasStatusLine = true;
  process.stderr.write(`\r${clean(text)}\x1b[K`);
}

/** Takes the line away that was to be replaced. */
export function clearStatusLine(): void {
  if (hasStatusLine) process.stderr.write('\r\x1b[K');
  hasStatusLine = false;
}

/** Writes what is no result to stderr: progress, warnings, questions. */
export function tell(text: string): void {
  clearStatusLine();
  process.stderr.write(`${painted(text, process.stderr, cleanLines)}\n`);
}

/** Writes fields for another program to stdout: a line for each row, with tabs between its fields. */
export function printFields(rows: readonly (readonly string[])[]): void {
  process.stdout.write(rows.map((row) => `${row.map(clean).join('\t')}\n`).join(''));
}

/** Writes a result to stdout as one JSON object on one line. */
export function printJson(value: object): void {
  clearStatusLine();
  process.stdout.write(`${safeJson(value)}\n`);
}

/** JSON in which also those characters are escaped that JSON may have as they are, but that a terminal obeys. */
export function safeJson(value: object): string {
  return escapeUnsafe(JSON.stringify(value));
}

/** JSON on one line, with escapes for everything that a terminal obeys: it is the same JSON. */
export function escapeUnsafe(json: string): string {
  return json.replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => escaped(character.charCodeAt(at))).join(''),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
