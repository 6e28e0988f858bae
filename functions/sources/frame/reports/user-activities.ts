import type { EcsFields } from '../../../core/ecs-event.ts';
import { UnreadableError } from '../../../core/errors.ts';
import { largeJsonRows } from '../../../core/events/json/large-json-rows.ts';
import type {
  Answer,
  Connection,
  Identity,
  ListCheck,
  Page,
  RecordKey,
  Request,
  Row,
  Stream,
} from '../../../core/model.ts';
import { DAY, HOUR, parseInstant, type Range } from '../../../core/time.ts';
import { nameIn, sentenceOf } from '../../../source-kit/acts/sentence.ts';
import { fieldsOf, recordOf, shapeOf } from '../../../source-kit/json-values.ts';
import { searchTermsOf } from '../../../source-kit/persons.ts';
import { present } from '../../../source-kit/present.ts';
import { numberOf } from '../../../source-kit/scalars.ts';
import { customerPath } from '../customer.ts';
import { HEADERS } from '../offset-pages.ts';
import { personOf } from '../person.ts';
import { tenantOf } from '../tenant.ts';
import { daysOf } from './days.ts';

const ACCESSED = { done: 'accessed', base: 'access' };

/** Which users accessed which accounts, day by day. */
export const userActivities: Stream = {
  name: 'user-activities',
  title: 'User activity',
  docs: 'https://docs.dizzion.com/dev-hub/admin-api/customer',
  enabled: true,
  every: HOUR,
  // A day is requested until two hours after its end, when it is settled.
  settle: 2 * HOUR,
  overlap: 0,
  longestWindow: DAY,
  retention: 365 * DAY,
  precision: 1,
  rangeIgnoresRowTime: true,
  windowStep: DAY,
  needs: 'Customer Auditor; if that is refused, Customer Administrator',
  first,
  read,
  listCheck,
  recordKey,
  events,
  knows: {
    file: 'functions/sources/frame/reports/user-activities.ts',
    fields: [
      'access_date',
      'access_datetime',
      'account_id',
      'customer_id',
      'organization_id',
      'user_email',
      'user_first_name',
      'user_id',
      'user_idp',
      'user_last_name',
    ],
  },
  map,
};

function first(range: Range, connection: Connection): Request {
  return {
    url: `${customerPath(connection, 'user_activities')}?${new URLSearchParams(daysOf(range))}`,
    headers: HEADERS,
    list: 'data',
  };
}

/** The answer is one page, which may have tens of thousands of rows. It states how many there must be. */
function read(answer: Answer): Page {
  const { rows, document } = largeJsonRows(answer, 'data');
  const check = listCheck();
  check.add(rows.length, rows);
  check.end(document);
  return { rows };
}

function listCheck(): ListCheck {
  let count = 0;
  return {
    add: (_, rows) => {
      count += rows.length;
    },
    end: (document) => {
      const total = document.total ?? undefined;
      if (total === undefined || numberOf(total) === count) return;
      const announced = numberOf(total) ?? shapeOf(total);
      throw new UnreadableError(`total is ${announced}, but the answer holds ${count} rows`);
    },
  };
}

/** Rows have no id: user, account and time identify them. */
function recordKey({ value }: Row): RecordKey | undefined {
  const { user_id, account_id, access_datetime } = fieldsOf(value);
  const key = [user_id, account_id, access_datetime];
  const isKey = key.every((part) => typeof part === 'string' && part !== '');
  return isKey ? { content: JSON.stringify(key) } : undefined;
}

function events({ value }: Row): readonly Identity[] {
  const time = parseInstant(fieldsOf(value).access_datetime);
  return [time === undefined ? {} : { time }];
}

function map(row: Row, _identity: Identity, connection: Connection): EcsFields {
  const record = recordOf(row);
  const user = personOf(record);
  const { organization, account, customer } = tenantOf(record, connection);
  return {
    message: sentenceOf({
      actor: nameIn(user),
      verb: ACCESSED,
      thing: ['account'],
      name: account?.name ?? account?.id,
    }),
    event: {
      // The vendor shows only some of a user's accesses, so these events are evidence of sign-ins, but do not count them.
      category: ['authentication'],
      type: ['info'],
      action: 'account-accessed',
      outcome: 'success',
      provider: 'frame',
    },
    ...present({
      user,
      organization,
      related: present({ user: searchTermsOf(user) }),
      frame: present({ account, customer }),
    }),
  };
}
