import type { EcsFields } from '../../core/ecs-event.ts';
import type { Connection, Identity, RecordKey, Request, Row, Stream } from '../../core/model.ts';
import { DAY, formatInstant, HOUR, MINUTE, parseInstant, type Range } from '../../core/time.ts';
import { nameIn, plain } from '../../source-kit/acts/sentence.ts';
import { addressOf } from '../../source-kit/addresses.ts';
import { type Fields, fieldsOf, recordOf } from '../../source-kit/json-values.ts';
import { searchTermsOf } from '../../source-kit/persons.ts';
import { present } from '../../source-kit/present.ts';
import { numberOf, textOf } from '../../source-kit/scalars.ts';
import { customerPath } from './customer.ts';
import { firstPage, pageAfter, readPage } from './offset-pages.ts';
import { personOf } from './person.ts';
import { tenantOf } from './tenant.ts';

const START = 'start';
/** Maximum length of a reason in a sentence. */
const LONGEST_REASON = 1_000;

/** Desktop sessions: each gives an event when it starts and another when it ends. */
export const sessionTrails: Stream = {
  name: 'session-trails',
  title: 'Session trail',
  docs: 'https://docs.dizzion.com/dev-hub/admin-api/customer',
  enabled: true,
  every: 5 * MINUTE,
  settle: 2 * MINUTE,
  overlap: HOUR,
  // A row changes when its session ends, and may be written only then.
  rereads: [
    { every: HOUR, overlap: DAY },
    { every: DAY, overlap: 7 * DAY },
  ],
  longestWindow: DAY,
  retention: 60 * DAY,
  precision: 1,
  rangeIgnoresRowTime: true,
  cutAfterPages: 10,
  needs: 'Customer Auditor; if that is refused, Customer Administrator',
  first,
  read: readPage,
  pageAfter,
  recordKey,
  events,
  ongoing,
  knows: {
    file: 'functions/sources/frame/session-trails.ts',
    fields: [
      'id',
      'session_id',
      'session_start',
      'session_end',
      'session_duration',
      'fail_description',
      'account_id',
      'organization_id',
      'customer_id',
      'user_id',
      'user_first_name',
      'user_last_name',
      'user_email',
      'user_idp',
      'client_ip',
      'city',
      'distance',
      'server_id',
      'instance_type',
      'pool_id',
      'pool_group_type',
      'bandwidth_kbps_avg',
      'bandwidth_kbps_max',
      'bandwidth_kbps_min',
      'framerate_ps_avg',
      'framerate_ps_max',
      'framerate_ps_min',
      'latency_ms_avg',
      'latency_ms_max',
      'latency_ms_min',
      'pool_instance_type.id',
      'pool_instance_type.name',
      'pool_instance_type.display_name',
      'pool_instance_type.gpu',
      'pool_instance_type.ram',
      'pool_instance_type.vcpu',
      'pool_instance_type.bare_metal',
    ],
  },
  map,
};

/** session_start and session_end of the request are the bounds of a range. Which column they filter is not documented. */
function first({ from, to }: Range, connection: Connection): Request {
  const query = {
    session_start: formatInstant(from, 'us'),
    session_end: formatInstant(to, 'us'),
    order: 'asc',
    order_by: 'session_start',
  };
  return firstPage(customerPath(connection, 'session-trails'), query, Number(connection.settings.limit));
}

/** Who began the session when, and where. All else may be filled in, or may change, until the session has ended. */
function recordKey({ value }: Row): RecordKey | undefined {
  const record = fieldsOf(value);
  const id = idOf(record);
  if (id === undefined) return undefined;
  const { session_start, user_id, user_email, account_id, customer_id } = record;
  const start = parseInstant(session_start) ?? session_start;
  return { id, content: JSON.stringify([start, user_id ?? user_email, account_id, customer_id]) };
}

/** The start stays the same event after the end. The end is identified by its time, too. */
function events({ value }: Row): readonly Identity[] {
  const record = fieldsOf(value);
  const start = parseInstant(record.session_start);
  const started = { phase: START, ...(start !== undefined && { time: start }) };
  if (!hasEnded(record)) return [started];
  const end = parseInstant(record.session_end);
  const written = end === undefined ? JSON.stringify(record.session_end) : formatInstant(end, 'us');
  return [started, { phase: `end:${written}`, ...(end !== undefined && { time: end }) }];
}

function ongoing(row: Row) {
  const record = fieldsOf(row.value);
  const key = recordKey(row);
  const since = parseInstant(record.session_start);
  return key === undefined || since === undefined
    ? undefined
    : { key: JSON.stringify(key), since, ended: hasEnded(record) };
}

function map(row: Row, { phase }: Identity, connection: Connection): EcsFields {
  const record = recordOf(row);
  const isStart = phase === START;
  const { outcome, reason } = outcomeOf(record, isStart);
  const user = personOf(record);
  const { address, ip } = addressOf(record.client_ip);
  const server = textOf(record.server_id);
  const { organization, account, customer } = tenantOf(record, connection);
  return {
    message: messageOf(nameIn(user), { isStart, outcome, reason }),
    event: {
      category: ['authentication', 'session'],
      type: [isStart ? 'start' : 'end'],
      action: actionIn(isStart, outcome),
      outcome,
      provider: 'frame',
      ...present({
        reason,
        start: stampOf(record.session_start),
        end: isStart ? undefined : stampOf(record.session_end),
      }),
    },
    ...present({
      user,
      organization,
      source: present({ address, ip, geo: present({ city_name: textOf(record.city) }) }),
      host: present({ id: server, type: textOf(record.instance_type) }),
      related: present({
        ip: ip === undefined ? undefined : [ip],
        user: searchTermsOf(user),
        hosts: server === undefined ? undefined : [server],
      }),
      frame: present({ account, customer, pool: poolOf(record), session: sessionOf(record, isStart) }),
    }),
  };
}

/**
 * A failure belongs to the end, or to the start as long as there is no end. When the session failed cannot be told from its row, so
 * the outcome of the start is then unknown.
 */
function outcomeOf(
  record: Fields,
  isStart: boolean,
): { outcome: 'success' | 'failure' | 'unknown'; reason?: string | undefined } {
  const why = record.fail_description ?? '';
  if (why === '' || why === false) return { outcome: 'success' };
  if (isStart && hasEnded(record)) return { outcome: 'unknown' };
  return { outcome: 'failure', reason: textOf(why) };
}

/** A session that failed before it had an end is one that did not start. */
function actionIn(isStart: boolean, outcome: string): string {
  if (!isStart) return 'desktop-session-ended';
  return outcome === 'failure' ? 'desktop-session-failed' : 'desktop-session-started';
}

function messageOf(
  name: string | undefined,
  told: { readonly isStart: boolean; readonly outcome: string; readonly reason: string | undefined },
): string {
  const session = name === undefined ? 'A desktop session' : `The desktop session of ${name}`;
  const { isStart, outcome, reason } = told;
  if (outcome !== 'failure') return `${session} ${isStart ? 'started' : 'ended'}`;
  return `${session} failed${reason === undefined ? '' : `: ${plain(reason, LONGEST_REASON)}`}`;
}

/** What is known at the start is in both events. How long the session was, and its quality, are in the last event only. */
function sessionOf(record: Fields, isStart: boolean) {
  const about = { id: idOf(record), session_id: textOf(record.session_id) };
  if (isStart) return present(about);
  return present({
    ...about,
    // In the vendor's unit, which is not documented. In its own sample, the duration does not fit the times.
    duration: numberOf(record.session_duration),
    distance: numberOf(record.distance),
    bandwidth_kbps_avg: numberOf(record.bandwidth_kbps_avg),
    bandwidth_kbps_max: numberOf(record.bandwidth_kbps_max),
    bandwidth_kbps_min: numberOf(record.bandwidth_kbps_min),
    framerate_ps_avg: numberOf(record.framerate_ps_avg),
    framerate_ps_max: numberOf(record.framerate_ps_max),
    framerate_ps_min: numberOf(record.framerate_ps_min),
    latency_ms_avg: numberOf(record.latency_ms_avg),
    latency_ms_max: numberOf(record.latency_ms_max),
    latency_ms_min: numberOf(record.latency_ms_min),
  });
}

function poolOf(record: Fields) {
  const machine = fieldsOf(record.pool_instance_type);
  return present({
    id: textOf(record.pool_id),
    group_type: textOf(record.pool_group_type),
    instance_type: present({
      id: textOf(machine.id),
      name: textOf(machine.name),
      display_name: textOf(machine.display_name),
      gpu: textOf(machine.gpu),
      ram: numberOf(machine.ram),
      vcpu: numberOf(machine.vcpu),
    }),
  });
}

function idOf({ id }: Fields): string | undefined {
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Whether the row has an end, even if the end cannot be read as a time. */
function hasEnded({ session_end }: Fields): boolean {
  return (session_end ?? '') !== '';
}

function stampOf(value: unknown): string | undefined {
  const instant = parseInstant(value);
  return instant === undefined ? undefined : formatInstant(instant, 'us');
}
