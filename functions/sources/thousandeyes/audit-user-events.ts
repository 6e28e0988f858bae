import type { EcsFields, EcsUser } from '../../core/ecs-event.ts';
import { UnreadableError } from '../../core/errors.ts';
import { jsonRows } from '../../core/events/json/json-rows.ts';
import type { Answer, Connection, Identity, Page, Request, Row, Stream } from '../../core/model.ts';
import { ceilTo, DAY, floorTo, formatInstant, MINUTE, parseInstant, type Range, SECOND } from '../../core/time.ts';
import { nameIn, plain, roleSentence, sentenceOf } from '../../source-kit/acts/sentence.ts';
import { singular } from '../../source-kit/acts/words.ts';
import { addressOf } from '../../source-kit/addresses.ts';
import { isObject, shapeOf } from '../../source-kit/json-values.ts';
import { personIn, searchTermsOf } from '../../source-kit/persons.ts';
import { defined, filled } from '../../source-kit/present.ts';
import { textOf } from '../../source-kit/scalars.ts';
import { unknownEventTags } from '../../source-kit/unknown-event.ts';
import { type Classification, classify, lineFor } from './classify.ts';
import { HEADERS } from './request-headers.ts';
import { isSamePerson } from './same-person.ts';

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
  remarks: [
    'Log-outs are not logged where users sign in by single sign-on and no Single Logout is configured. No rule may wait for a log-out.',
    'Sessions that time out are never logged.',
    'Rows without a user are acts of ThousandEyes itself, such as a test that is disabled because no agent is left: `event.reason` says so.',
  ],
  needs: 'API access; View activity log for all users in account group',
  first,
  read,
  events,
  stableFields,
  actor,
  knows: {
    file: 'functions/sources/thousandeyes/audit-user-events.ts',
    fields: [
      'aid',
      'accountGroupName',
      'date',
      'event',
      'ipAddress',
      'uid',
      'user',
      'resources.type',
      'resources.name',
    ],
    event: lineFor,
  },
  map,
};

/** Asks for a fixed range, which can be asked for again. The vendor's `window` counts back from its present, and cannot. */
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
    // The link is followed exactly as it is: it holds the whole question, percent-encoded.
    ...(next !== undefined && { next: { url: next, headers: HEADERS } }),
    ...(answeredTo !== undefined && { answeredTo }),
  };
}

/** The link to the next page; undefined at the end. A link that cannot be understood is an error, because paging has not ended. */
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

/** The vendor may change names later. The time, the account group, the user's id, the event and the types of things stay. */
function stableFields({ value, text }: Row): string {
  if (!isObject(value)) return text;
  const resources = Array.isArray(value.resources) ? value.resources : [];
  const types = resources.map((resource: unknown) => (isObject(resource) ? resource.type : undefined));
  return JSON.stringify([value.date, value.aid, value.uid, value.event, types]);
}

function actor(row: Row): string | undefined {
  return isObject(row.value) ? textOf(row.value.uid) : undefined;
}

/** A text or a number. Also the number Infinity, which JSON.parse makes of 1e400. */
type Scalar = string | number | null | undefined;

/** A record as documented, with each property optional. Properties that are not listed stay in event.original only. */
interface AuditEvent extends Readonly<Record<(typeof SCALARS)[number], Scalar>> {
  readonly resources?: readonly Resource[] | null | undefined;
}

interface Resource {
  readonly type: Scalar;
  readonly name: Scalar;
}

/** In the order in which they are checked. */
const SCALARS = ['aid', 'accountGroupName', 'date', 'event', 'ipAddress', 'uid', 'user'] as const;
const RESOURCE_SCALARS = ['type', 'name'] as const;

function map(row: Row): EcsFields {
  const record = checked(row.value);
  const event = textOf(record.event) ?? '';
  const user = personIn(textOf(record.user) ?? '', textOf(record.uid));
  const resources = (record.resources ?? []).map((resource) =>
    defined({ type: textOf(resource.type), name: textOf(resource.name) }),
  );
  const others = othersAmong(resources, user);
  const about = classify(event, others.length > 0);
  const { category, type, action, outcome, known } = about;
  // The vendor logs its own acts, too: a test is disabled when its last agent is gone. They have no user.
  const isOwnAct = Object.keys(user).length === 0 && known && !category.includes('authentication');
  const address = addressOf(record.ipAddress);
  return {
    message: messageOf(isOwnAct ? VENDOR : nameIn(user), event, { about, resources, target: others[0] }),
    ...unknownEventTags(known),
    event: {
      ...(category.length > 0 && { category: [...category] }),
      type: [...type],
      action,
      outcome,
      provider: 'thousandeyes',
      ...(isOwnAct && { reason: OWN_ACT }),
      ...(event !== '' && { code: event }),
    },
    ...filled({
      user: defined({ ...user, ...(category.includes('iam') ? affected(others[0], about, resources) : {}) }),
      source: address,
      related: defined({
        ip: address.ip === undefined ? undefined : [address.ip],
        user: searchTermsOf(user, ...others),
      }),
      thousandeyes: filled({
        audit: filled({ event: event === '' ? undefined : event, resources }),
        account_group: defined({ id: textOf(record.aid), name: textOf(record.accountGroupName) }),
      }),
    }),
  };
}

const VENDOR = 'ThousandEyes';
const OWN_ACT = 'Done by ThousandEyes itself: the record names no user';

type Resources = readonly { type?: string; name?: string }[];

/**
 * Who is affected, as they were before, and what is different afterwards. A role that was taken is one that they had before; of one
 * that was given or changed, the record holds the new name.
 */
function affected(
  target: EcsUser | undefined,
  { role }: Classification,
  resources: Resources,
): { target?: EcsUser; changes?: EcsUser } {
  const roles =
    role === undefined ? [] : resources.flatMap(({ type = '', name }) => (ROLE.test(type) && name ? [name] : []));
  if (roles.length === 0) return target ? { target } : {};
  return role === 'removed' ? { target: { ...target, roles } } : { ...(target && { target }), changes: { roles } };
}

/** What happened, for people. */
function messageOf(
  actor: string | undefined,
  event: string,
  { about, resources, target }: { about: Classification; resources: Resources; target: EcsUser | undefined },
): string {
  const { act, role, action, outcome } = about;
  const who = actor ?? 'Somebody';
  const failed = outcome === 'failure';
  if (about.category.includes('authentication')) {
    return `${who} ${failed ? 'failed to log' : 'logged'} ${action.startsWith('logout') || action === 'user-logout' ? 'out' : 'in'}`;
  }
  if (role && !failed) return roleSentence(actor, role, { person: nameIn(target) });
  // Who has been invited registers themselves.
  if (action === 'user-registered' && !target) return `${actor ?? 'A user'} registered`;
  if (act) return sentenceOf({ actor, ...act, ...nameOf(act.thing, resources), failed });
  const text = plain(event);
  return text === '' ? `${who} did something that the record does not name` : `${who} did something: ${text}`;
}

/**
 * The name of the thing among the resources: the only one of its kind, such as `testName` for a test; else that of what the thing is a
 * part of, for the bindings of a test.
 */
function nameOf(thing: readonly string[], resources: Resources): { name?: string | undefined; isPart?: boolean } {
  for (let length = thing.length; length > 0; length--) {
    const kind = thing
      .slice(0, length)
      .map((word) => singular(word))
      .join('');
    const named = resources.filter(({ type = '' }) => type.toLowerCase().startsWith(kind));
    if (named.length === 1) return { name: named[0]?.name, isPart: length < thing.length };
  }
  return {};
}

/** The record, if each of its properties has the documented type. */
function checked(value: unknown): AuditEvent {
  if (!isObject(value)) throw wrong('the record', value, 'an object');
  for (const key of SCALARS) if (!isScalar(value[key])) throw wrong(key, value[key], 'a text');
  const resources = value.resources ?? [];
  if (!Array.isArray(resources)) throw wrong('resources', resources, 'a list');
  for (let at = 0; at < resources.length; at++) {
    const resource: unknown = resources[at];
    if (!isObject(resource)) throw wrong(`resources.${at}`, resource, 'an object');
    for (const key of RESOURCE_SCALARS)
      if (!isScalar(resource[key])) throw wrong(`resources.${at}.${key}`, resource[key], 'a text');
  }
  return value as unknown as AuditEvent;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || (value ?? null) === null;
}

function wrong(path: string, found: unknown, wanted: string): Error {
  return new Error(`${path} is ${shapeOf(found)}; ${wanted} was expected`);
}

/** Types of resources that are persons (userDisplayName, userName and any other), and that are roles (roleName). */
const PERSON = /^user/i;
const ROLE = /^role/i;

/** The users that an event names besides its actor. */
function othersAmong(resources: Resources, actor: EcsUser): readonly EcsUser[] {
  return resources
    .flatMap(({ type = '', name }) => (PERSON.test(type) && name !== undefined ? [targetOf(name)] : []))
    .filter((person) => !isSamePerson(person, actor));
}

/** A user as a resource: a display name, with or without the address. */
function targetOf(displayName: string): EcsUser {
  const person = personIn(displayName);
  return person.email === undefined ? { ...person, full_name: displayName } : person;
}
