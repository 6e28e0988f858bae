import { gunzipSync, gzipSync } from 'node:zlib';
import { type Item, itemAt } from './items.ts';

/** Maximum bytes of a part: an item holds 400 KB, with its keys and its other attributes. */
const PART_BYTES = 350_000;

/**
 * A text as items, compressed, in as many parts as DynamoDB needs.
 *
 * @param prefix the beginning of the parts' sort keys, before the part number
 * @param attributes further attributes of each part
 */
export function textInParts(pk: string, prefix: string, text: string, attributes: Item = {}): Item[] {
  const packed = gzipSync(text);
  const count = Math.max(1, Math.ceil(packed.length / PART_BYTES));
  return Array.from({ length: count }, (_, part) =>
    itemAt(
      { pk, sk: `${prefix}${String(part).padStart(4, '0')}` },
      {
        ...attributes,
        parts: { N: String(count) },
        text: { B: packed.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) },
      },
    ),
  );
}

/** Whether these are all parts of a text. */
export function areComplete(parts: readonly Item[]): boolean {
  return parts.length > 0 && parts.length === Number(parts[0]?.parts?.N);
}

/** The text of which these are all parts, in order. */
export function joinParts(parts: readonly Item[]): string {
  const packed = Buffer.concat(parts.map(({ text }) => text?.B ?? new Uint8Array()));
  return gunzipSync(packed).toString('utf8');
}
