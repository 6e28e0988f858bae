import type { EcsFields } from '../../core/ecs-event.ts';
import { bareJsonRows } from '../../core/events/large-json-rows.ts';
import type { Answer, Connection, Identity, Page, Request, Row, Stream } from '../../core/model.ts';
import { DAY, formatInstant, MINUTE, parseInstant, type Range } from '../../core/time.ts';
import { classify } from './classify.ts';
import { customerPath } from './customer.ts';
import { fieldsOf, present, recordOf, textOf } from './fields.ts';
import { firstPage, nextPage } from './offset-pages.ts';
import { namesOf, personOf, saidOf } from './person.ts';
import { tenantOf } from './tenant.ts';

/** The engine counts the events with this tag: the vendor's list of kinds is open, and a new one should be noticed. */
const UNKNOWN_EVENT_TAG = 'tidemark-unknown-event';

/** Who changed what in the console and through the API. */
export const auditTrails: Stream = {
  name: 'audit-trails',
  title: 'Audit trail',
  docs: 'https://docs.dizzion.com/dev-hub/admin-api/customer',
  enabled: true,
  every: 5 * MINUTE,
  settle: 2 * MINUTE,
  overlap: 30 * MINUTE,
  longestWindow: DAY,
  retention: 730 * DAY,
  precision: 1,
  cutAfterPages: 10,
  needs: 'Customer Auditor, or any role with the permission cpanel_customer_audit_trail',
  first,
  read,
  events,
  map,
};

/** The oldest first, up to a fixed bound: so rows keep their offsets while new ones arrive. */
function first({ from, to }: Range, connection: Connection): Request {
  const query = {
    from_date: formatInstant(from, 'us'),
    to_date: formatInstant(to, 'us'),
    order: 'asc',
    order_by: 'inserted_at',
  };
  return firstPage(customerPath(connection, 'audit-trails'), query, Number(connection.settings.limit));
}

function read(answer: Answer, asked: Request): Page {
  const rows = bareJsonRows(answer);
  const next = nextPage(asked, rows);
  return { rows, ...(next && { next }) };
}

/** The vendor's ids are opaque: not even all of its own samples are UUIDs. */
function events({ value }: Row): readonly Identity[] {
  const { id, inserted_at } = fieldsOf(value);
  const time = parseInstant(inserted_at);
  return [{ ...(typeof id === 'string' && id !== '' && { id }), ...(time !== undefined && { time }) }];
}

function map(row: Row, _identity: Identity, connection: Connection): EcsFields {
  const record = recordOf(row);
  const kind = textOf(record.kind);
  const { category, type, known } = classify(kind ?? '');
  const user = personOf(record);
  const { organization, account, customer } = tenantOf(record, connection);
  return {
    message: saidOf(user, kind ?? 'an act without a kind'),
    ...(!known && { tags: [UNKNOWN_EVENT_TAG] }),
    event: {
      ...(category.length > 0 && { category: [...category] }),
      type: [...type],
      ...(kind !== undefined && { action: kind }),
      // The trail tells of no outcome, and nobody says that what failed is not in it.
      outcome: 'unknown',
      provider: 'frame',
    },
    ...present({
      user,
      organization,
      related: present({ user: namesOf(user) }),
      frame: present({ account, customer }),
    }),
  };
}
