import * as z from 'zod/mini';
import type { EcsFields, EcsUser } from '../../core/ecs-event.ts';
import { UnreadableError } from '../../core/errors.ts';
import { isIpAddress } from '../../core/events/ip-address.ts';
import { jsonRows } from '../../core/events/json-rows.ts';
import type { Answer, Connection, Identity, Page, Request, Row, Stream } from '../../core/model.ts';
import { ceilTo, DAY, floorTo, formatInstant, MINUTE, parseInstant, type Range, SECOND } from '../../core/time.ts';
import { classify } from './classify.ts';
import { isSamePerson, personOf } from './person.ts';

const HEADERS = { accept: 'application/hal+json, application/json' };

/** The engine counts the events with this tag: the vendor's list of events is open, and a new one should be noticed. */
const UNKNOWN_EVENT_TAG = 'tidemark-unknown-event';

/** What users of ThousandEyes did: sign-ins, and changes to users, tests, alert rules, reports and agents. */
export const auditUserEvents: Stream = {
  name: 'audit-user-events',
  title: 'Activity log',
  docs: 'https://developer.cisco.com/docs/thousandeyes/list-activity-log-events/',
  enabled: true,
  every: 5 * MINUTE,
  settle: 2 * MINUTE,
  overlap: 30 * MINUTE,
  longestWindow: DAY,
  retention: 730 * DAY,
  precision: SECOND,
  needs: 'API access; View activity log for all users in account group',
  first,
  read,
  events,
  stableFields,
  actor,
  map,
};

/** Asks for a fixed range, which can be asked again; the vendor's `window` counts from its own now and cannot. */
function first(range: Range, { settings }: Connection): Request {
  const query = new URLSearchParams();
  if (settings.aid !== undefined) query.set('aid', String(settings.aid));
  if (settings.allAccountGroups === true) query.set('useAllPermittedAids', 'true');
  query.set('startDate', formatInstant(floorTo(range.from, SECOND), 's'));
  query.set('endDate', formatInstant(ceilTo(range.to, SECOND), 's'));
  if (settings.max !== undefined) query.set('max', String(settings.max));
  return { url: `/audit-user-events?${query}`, headers: HEADERS };
}

function read(answer: Answer): Page {
  const { rows, document } = jsonRows(answer, 'auditEvents');
  const next = nextLink(document._links);
  const answeredTo = parseInstant(document.endDate);
  return {
    rows,
    // The link is taken to the letter: it carries the whole question, percent-encoded.
    ...(next !== undefined && { next: { url: next, headers: HEADERS } }),
    ...(answeredTo !== undefined && { answeredTo }),
  };
}

/** Where the next page is. What is there but cannot be understood is no end of paging. */
function nextLink(links: unknown): string | undefined {
  if (links === undefined || links === null) return undefined;
  if (!isObject(links)) throw new UnreadableError(`_links is ${shapeOf(links)}; an object was expected`);
  const next = links.next ?? undefined;
  const href = isObject(next) ? (next.href ?? undefined) : next;
  if (href === undefined || href === '') return undefined;
  if (typeof href !== 'string')
    throw new UnreadableError(`_links.next is ${shapeOf(next)} without a link that is a text`);
  return href;
}

function events(row: Row): readonly Identity[] {
  const time = isObject(row.value) ? parseInstant(row.value.date) : undefined;
  return [time === undefined ? {} : { time }];
}

/** Names are the vendor's to change later; when, where, who by the id and what are not. */
function stableFields({ value, text }: Row): string {
  if (!isObject(value)) return text;
  const resources = Array.isArray(value.resources) ? value.resources : [];
  const types = resources.map((resource: unknown) => (isObject(resource) ? resource.type : undefined));
  return JSON.stringify([value.date, value.aid, value.uid, value.event, types]);
}

function actor(row: Row): string | undefined {
  const uid = isObject(row.value) ? row.value.uid : undefined;
  return typeof uid === 'string' || typeof uid === 'number' ? textOf(uid) : undefined;
}

/** A text or a number, or nothing. Unlike zod's, the number may be Infinity: that is what JSON.parse makes of 1e400. */
const text = z.optional(
  z.custom<string | number | null>((value) => value === null || ['string', 'number'].includes(typeof value)),
);

/** A record as documented, each property optional. Properties that are not listed stay in event.original. */
const AuditEvent = z.object({
  aid: text,
  accountGroupName: text,
  date: text,
  event: text,
  ipAddress: text,
  uid: text,
  user: text,
  resources: z.nullish(z.array(z.object({ type: text, name: text }))),
});

function map(row: Row): EcsFields {
  const record = parseRecord(row.value);
  const event = textOf(record.event) ?? '';
  const { category, type, action, outcome, known } = classify(event);
  const user = personOf(textOf(record.user) ?? '', textOf(record.uid));
  const resources = (record.resources ?? []).map((resource) =>
    present({ type: textOf(resource.type), name: textOf(resource.name) }),
  );
  const others = othersAmong(resources, user);
  const target = category.includes('iam') ? others[0] : undefined;
  const address = textOf(record.ipAddress);
  const ip = address !== undefined && isIpAddress(address) ? address : undefined;
  const accountGroup = present({ id: textOf(record.aid), name: textOf(record.accountGroupName) });
  const audit = { ...(event !== '' && { event }), ...(resources.length > 0 && { resources }) };
  const vendor = { ...(!isEmpty(audit) && { audit }), ...(!isEmpty(accountGroup) && { account_group: accountGroup }) };
  const people = distinct([user, ...others].flatMap(({ id, name, email, full_name }) => [id, name, email, full_name]));
  return {
    message: messageOf(user, event),
    ...(!known && { tags: [UNKNOWN_EVENT_TAG] }),
    event: {
      ...(category.length > 0 && { category: [...category] }),
      type: [...type],
      ...(action !== undefined && { action }),
      outcome,
      provider: 'thousandeyes',
    },
    ...((!isEmpty(user) || target) && { user: { ...user, ...(target && { target }) } }),
    ...(address !== undefined && { source: { address, ...(ip !== undefined && { ip }) } }),
    ...((ip !== undefined || people.length > 0) && {
      related: { ...(ip !== undefined && { ip: [ip] }), ...(people.length > 0 && { user: people }) },
    }),
    ...(!isEmpty(vendor) && { thousandeyes: vendor }),
  };
}

function parseRecord(value: unknown): z.infer<typeof AuditEvent> {
  const parsed = z.safeParse(AuditEvent, value);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path ?? [];
  const found = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], value);
  const wanted =
    path.length === 0 || path.at(-2) === 'resources' ? 'an object' : path.at(-1) === 'resources' ? 'a list' : 'a text';
  throw new Error(`${path.length === 0 ? 'the record' : path.join('.')} is ${shapeOf(found)}; ${wanted} was expected`);
}

/** The users that an event names besides the one who acts. */
function othersAmong(resources: readonly { type?: string; name?: string }[], actor: EcsUser): readonly EcsUser[] {
  return resources
    .filter(({ type, name }) => type === 'userDisplayName' && name !== undefined)
    .map(({ name }) => targetOf(name as string))
    .filter((person) => !isSamePerson(person, actor));
}

/** A user as a resource: a display name, with or without the address. */
function targetOf(displayName: string): EcsUser {
  const person = personOf(displayName);
  return person.email === undefined ? { ...person, full_name: displayName } : person;
}

function messageOf(user: EcsUser, event: string): string {
  const who = user.full_name ?? user.name ?? user.id;
  const what = event.trim() || 'activity without a description';
  return who === undefined ? what : `${who}: ${what}`;
}

/** A property's text; none when there is nothing in it, and none for a number that a double does not hold exactly. */
function textOf(value: string | number | null | undefined): string | undefined {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : undefined;
  return value === null || value === '' ? undefined : value;
}

function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object without what is undefined. */
function present<T extends Record<string, string | undefined>>(fields: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
