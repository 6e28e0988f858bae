import type { Answer, Connection, Row, SnapshotStream } from '../../../functions/core/model.ts';
import { type Instant, parseInstant } from '../../../functions/core/time.ts';
import { snapshots } from '../../../functions/sources/frame/snapshots/snapshots.ts';

/** A connection of which the customer has been looked up. */
export const connection: Connection = {
  id: 'acme',
  source: 'frame',
  origin: 'https://api.example.com/v1',
  secret: 's',
  settings: {},
  found: { customerId: 'c1' },
};

export function at(text: string): Instant {
  return parseInstant(text) as Instant;
}

/** A record as a row of a page. */
export function rowOf(value: unknown): Row {
  return { value, text: JSON.stringify(value) };
}

/** A good answer with this body: a text, or a value as JSON. */
export function answer(body: unknown): Answer {
  return { status: 200, headers: {}, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** The snapshot stream of this name. */
export function snapshotOf(name: string): SnapshotStream {
  const stream = snapshots.find((one) => one.name === name);
  if (!stream) throw new Error(`no stream ${name}`);
  return stream;
}
