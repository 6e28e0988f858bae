import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import type { OcsfVersion } from '../../../functions/core/model.ts';
import { ocsfLine } from '../../../functions/formats/ocsf/ocsf.ts';

type Facts = Record<string, unknown>;
/** An event as a test looks at it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
export type Loose = any;

/** Who acts. */
export const ana = { id: '88123', name: 'ana@example.com', email: 'ana@example.com', full_name: 'Ana Duarte' };
/** Who is acted upon. */
export const bruno = { name: 'bruno@example.com', full_name: 'Bruno Keller' };

/** An event as the engine completes it; `about` adds to its event.* fields. */
export function eventWith(about: Facts, fields: Facts = {}): EcsEvent {
  return {
    '@timestamp': '2026-01-10T09:00:00.123456Z',
    ecs: { version: '9.4.0' },
    message: 'Something happened.',
    user: ana,
    event: {
      kind: 'event',
      id: '8ce7bfc95257920329df5d3acd99c226',
      module: 'acme',
      dataset: 'acme.audit',
      created: '2026-01-10T10:05:00.000Z',
      original: '{"what":"happened"}',
      ...about,
    },
    service: { name: 'Acme Cloud', type: 'acme' },
    observer: { vendor: 'Tidemark', product: 'Tidemark', type: 'forwarder' },
    tidemark: { feed: 'acme/audit/one', connection: 'one', vendor: 'Acme', product: 'Acme Cloud' },
    ...fields,
  } as EcsEvent;
}

/** The same event in the shape of OCSF. */
export function ocsf(about: Facts, fields?: Facts, version?: OcsfVersion): Loose {
  return JSON.parse(ocsfLine(eventWith(about, fields), version));
}
