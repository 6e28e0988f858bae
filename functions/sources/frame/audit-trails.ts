import type { EcsFields } from '../../core/ecs-event.ts';
import type { Connection, Identity, RecordKey, Request, Row, Stream } from '../../core/model.ts';
import { DAY, formatInstant, MINUTE, parseInstant, type Range } from '../../core/time.ts';
import { verbLine } from '../../source-kit/acts/mapping-line.ts';
import { nameIn, plain, roleSentence, sentenceOf } from '../../source-kit/acts/sentence.ts';
import { type Fields, fieldsOf, recordOf } from '../../source-kit/json-values.ts';
import { searchTermsOf } from '../../source-kit/persons.ts';
import { present } from '../../source-kit/present.ts';
import { textOf } from '../../source-kit/scalars.ts';
import { unknownEventTags } from '../../source-kit/unknown-event.ts';
import { type Classification, classify, firstWordOf } from './classify.ts';
import { customerPath } from './customer.ts';
import { firstPage, pageAfter, readPage } from './offset-pages.ts';
import { personOf } from './person.ts';
import { tenantOf } from './tenant.ts';

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
  remarks: [
    'The vendor publishes no list of kinds. One is understood by its verb and its words; the kind itself is `event.code`.',
    'The trail has no outcome: whether an act succeeded is unknown.',
  ],
  needs: 'Customer Auditor, or any role with the permission cpanel_customer_audit_trail',
  first,
  read: readPage,
  pageAfter,
  recordKey,
  events,
  knows: {
    file: 'functions/sources/frame/audit-trails.ts',
    fields: [
      'id',
      'user_first_name',
      'user_last_name',
      'user_idp',
      'user_email',
      'kind',
      'account_id',
      'organization_id',
      'customer_id',
      'inserted_at',
    ],
    event: (kind) => (classify(kind).known ? undefined : verbLine(firstWordOf(kind))),
  },
  map,
};

/** Oldest first, up to a fixed end: so rows keep their offsets while new ones arrive. */
function first({ from, to }: Range, connection: Connection): Request {
  const query = {
    from_date: formatInstant(from, 'us'),
    to_date: formatInstant(to, 'us'),
    order: 'asc',
    order_by: 'inserted_at',
  };
  return firstPage(customerPath(connection, 'audit-trails'), query, Number(connection.settings.limit));
}

/** An act is written once. Only the names of persons may be shown as they are today. The vendor's ids may be any text. */
function recordKey({ value }: Row): RecordKey | undefined {
  const record = fieldsOf(value);
  const id = idOf(record);
  if (id === undefined) return undefined;
  const { inserted_at, kind, user_email, user_idp, account_id, organization_id, customer_id } = record;
  const content = [inserted_at, kind, user_email, user_idp, account_id, organization_id, customer_id];
  return { id, content: JSON.stringify(content) };
}

function events({ value }: Row): readonly Identity[] {
  const time = parseInstant(fieldsOf(value).inserted_at);
  return [time === undefined ? {} : { time }];
}

function idOf({ id }: Fields): string | undefined {
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function map(row: Row, _identity: Identity, connection: Connection): EcsFields {
  const record = recordOf(row);
  const kind = textOf(record.kind);
  const about = classify(kind ?? '');
  const { category, type, action, known } = about;
  const user = personOf(record);
  const { organization, account, customer } = tenantOf(record, connection);
  return {
    message: messageOf(nameIn(user), kind, about),
    ...unknownEventTags(known),
    event: {
      ...(category.length > 0 && { category: [...category] }),
      type: [...type],
      action,
      // The trail has no outcome, and the vendor does not say whether failed acts are in it.
      outcome: 'unknown',
      provider: 'frame',
      ...(kind !== undefined && { code: kind }),
    },
    ...present({
      user,
      organization,
      related: present({ user: searchTermsOf(user) }),
      frame: present({ audit: present({ kind }), account, customer }),
    }),
  };
}

function messageOf(actor: string | undefined, kind: string | undefined, { act, role }: Classification): string {
  if (role) return roleSentence(actor, role);
  if (act) return sentenceOf({ actor, ...act });
  const who = actor ?? 'Somebody';
  return kind === undefined
    ? `${who} did something that the record does not name`
    : `${who} did something that Tidemark does not know: ${plain(kind)}`;
}
