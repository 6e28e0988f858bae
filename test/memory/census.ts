import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import type { VendorRow } from './vendor.ts';

/** Compares the vendor's records with the delivered events. Records with equal text cannot be told apart, so they are counted. */
export interface Census {
  /** The texts of records that were not delivered, once for each missing record. */
  readonly missing: readonly string[];
  /** The texts of events that exceed the number of their records: one row was taken for several. */
  readonly invented: readonly string[];
  /** Ids that were delivered more than once. */
  readonly repeated: readonly string[];
}

export function takeCensus(rows: readonly VendorRow[], delivered: readonly EcsEvent[]): Census {
  const idsByText = new Map<string, Set<string>>();
  const copies = new Map<string, number>();
  for (const { event } of delivered) {
    copies.set(event.id, (copies.get(event.id) ?? 0) + 1);
    if (event.module === 'tidemark' || event.original === undefined) continue;
    idsByText.set(event.original, (idsByText.get(event.original) ?? new Set()).add(event.id));
  }
  const rowsByText = new Map<string, number>();
  for (const { text } of rows) rowsByText.set(text, (rowsByText.get(text) ?? 0) + 1);
  return {
    missing: [...rowsByText].flatMap(([text, count]) => surplus(text, count, idsByText.get(text)?.size ?? 0)),
    invented: [...idsByText].flatMap(([text, ids]) => surplus(text, ids.size, rowsByText.get(text) ?? 0)),
    repeated: [...copies].filter(([, count]) => count > 1).map(([id]) => id),
  };
}

function surplus(text: string, count: number, other: number): string[] {
  return Array<string>(Math.max(0, count - other)).fill(text);
}
