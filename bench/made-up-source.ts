import * as z from 'zod/mini';
import { jsonRows } from '../functions/core/events/json/json-rows.ts';
import type { Answer, Page, Row, Source, Stream } from '../functions/core/model.ts';
import { DAY, MINUTE, parseInstant, SECOND } from '../functions/core/time.ts';

/** A record as an audit log without ids has it. */
interface Fields {
  readonly date?: string;
  readonly event?: string;
  readonly ipAddress?: string;
  readonly uid?: string;
  readonly user?: string;
  readonly aid?: string;
  readonly accountGroupName?: string;
}

const events: Stream = {
  name: 'events',
  title: 'Events',
  docs: 'https://vendor.example/docs',
  enabled: true,
  every: 5 * MINUTE,
  settle: 2 * MINUTE,
  overlap: 30 * MINUTE,
  longestWindow: DAY,
  retention: 90 * DAY,
  precision: SECOND,
  needs: 'nothing',
  first: () => ({ url: '/events' }),
  read: readPage,
  events: ({ value }) => {
    const time = parseInstant((value as Fields).date);
    return [{ ...(time !== undefined && { time }) }];
  },
  map,
};

/** A source as real ones are: rows of a page to events with an actor, an address and the vendor's own fields. */
export const source: Source = {
  id: 'made-up',
  title: 'Made up',
  vendor: 'Example',
  origin: 'https://vendor.example',
  auth: { kind: 'header', scheme: 'Bearer', field: 'token', secret: [{ token: 'any' }] },
  settings: z.record(z.string(), z.unknown()),
  streams: [events],
  scope: ({ origin }) => ({ origin }),
};

function readPage(answer: Answer): Page {
  const { rows, document } = jsonRows(answer, 'events');
  const { next } = document as { next?: string };
  return { rows, ...(next !== undefined && { next: { url: next } }) };
}

function map({ value }: Row): ReturnType<Stream['map']> {
  const { event = '', ipAddress = '', uid = '', user = '', aid, accountGroupName } = value as Fields;
  const [, name = user, email = ''] = /^(.*) \((.*)\)$/.exec(user) ?? [];
  const failed = event.includes('failed');
  return {
    message: `${name}: ${event}`,
    event: {
      category: ['authentication'],
      type: ['start'],
      action: event.toLowerCase().replaceAll(/[^a-z]+/g, '-'),
      outcome: failed ? 'failure' : 'success',
    },
    user: { id: uid, name, email },
    source: { ip: ipAddress },
    related: { ip: [ipAddress], user: [uid, name, email] },
    'made-up': { aid, accountGroupName },
  };
}
