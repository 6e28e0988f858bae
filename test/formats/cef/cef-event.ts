import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import { cefLine } from '../../../functions/formats/cef/cef.ts';
import { type CefMessage, readCef } from './cef-reader.ts';

/** Fields of an event, of any type. */
export type Fields = Readonly<Record<string, unknown>>;

/** A plain event with some fields replaced; `event` and `tidemark` are added to. */
export function eventWith(fields: Fields = {}): EcsEvent {
  const { event, tidemark, ...rest } = fields as { event?: Fields; tidemark?: Fields };
  return {
    '@timestamp': '2026-01-10T09:00:00.123456Z',
    ecs: { version: '9.4.0' },
    ...rest,
    event: {
      kind: 'event',
      id: 'b253d84ff2d1ec9aaf50cbb6b560b15a',
      module: 'acme',
      dataset: 'acme.audit',
      created: '2026-01-10T10:05:00.000Z',
      original: 'the original',
      ...event,
    },
    observer: { vendor: 'Tidemark', product: 'Tidemark', type: 'forwarder' },
    tidemark: { feed: 'acme/audit/north', connection: 'north', vendor: 'Acme', product: 'Widgets', ...tidemark },
  } as EcsEvent;
}

/** The line of a plain event with some fields replaced, read by the strict reader. */
export function readBack(fields: Fields, version: 0 | 1 = 0): CefMessage {
  return readCef(cefLine(eventWith(fields), version));
}

/** What a key of that line holds. */
export function keyOf(fields: Fields, key: string, version: 0 | 1 = 0): string | undefined {
  return readBack(fields, version).extension.get(key);
}
