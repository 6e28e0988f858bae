import { isObject } from '../../core/events/is-object.ts';
import { DOCUMENT_COLUMN, KEY_COLUMN } from './columns.ts';

/** The event inside of a row, exactly as it was written. Undefined if a text is no row. */
export function unwrapRow(text: string): string | undefined {
  try {
    const row: unknown = JSON.parse(text);
    const document = isObject(row) && KEY_COLUMN in row ? row[DOCUMENT_COLUMN] : undefined;
    return typeof document === 'string' ? document : undefined;
  } catch {
    return undefined;
  }
}
