import type { Source } from '../../../functions/core/model.ts';
import { DEFAULT_ORIGIN } from '../../../functions/destinations/splunk/envelope.ts';
import { expand } from '../../../functions/destinations/splunk/template.ts';
import { confText, type Settings } from './conf.ts';

// How events in format ecs become fields of Splunk's Common Information Model (CIM). docs/splunk.md shows what each field is made of.
// Calculated fields do not see each other, so each expression begins with the event's own fields.

/** The sourcetype of events that Splunk reads from the archive: there it is the input that names it. */
export const ARCHIVE_SOURCETYPE = 'tidemark:ecs';

/** The module of the events about what Tidemark itself did or found. */
const SELF_EVENTS_OF = 'tidemark';

/** What the vendor does not tell. The data models themselves write this word in the place of an empty field. */
const UNKNOWN = '"unknown"';

const IS_SIGN_IN = `${has('event.category{}', 'authentication')} AND ${has('event.type{}', 'start')}`;
const IS_IAM = has('event.category{}', 'iam');
const IS_ACCOUNT = `${IS_IAM} AND ${has('event.type{}', 'user')}`;
const IS_GROUP = `${IS_IAM} AND ${has('event.type{}', 'group')}`;

const ACTOR = `'user.name', 'user.email', 'user.id', 'user.full_name'`;
const TARGET = `'user.target.name', 'user.target.email', 'user.target.id', 'user.target.full_name'`;
/** Who is acted upon. A token or a second factor without a target is the actor's own; a user or a role without one is somebody else's. */
const ACCOUNT = `coalesce(${TARGET}, if(match('event.action', "^(user|role|permission)-"), ${UNKNOWN}, coalesce(${ACTOR})), ${UNKNOWN})`;
/** The vendor's own word, unless it is empty. */
const CODE = `if('event.code'!="", 'event.code', null())`;
const CHANGED = ['name', 'full_name', 'email', 'domain', 'id'].map((name) => [`user.changes.${name}`, name] as const);

/** Time and line breaking count where Splunk reads lines of the archive. The HTTP Event Collector is told the time with each event. */
const LINES: Settings = {
  SHOULD_LINEMERGE: 'false',
  LINE_BREAKER: '([\\r\\n]+)',
  TRUNCATE: 1_000_000,
  TIME_PREFIX: '"@timestamp":"',
  TIME_FORMAT: '%Y-%m-%dT%H:%M:%S.%3N',
  MAX_TIMESTAMP_LOOKAHEAD: 30,
  TZ: 'UTC',
};

const FIELDS: Settings = {
  KV_MODE: 'json',
  // The HTTP Event Collector has event_id as an indexed field. ASNEW leaves that one alone.
  'FIELDALIAS-tidemark_event_id': '"event.id" ASNEW event_id',
  'FIELDALIAS-tidemark_cim': [
    '"service.name" AS app',
    '"service.name" AS dvc',
    '"event.action" AS signature',
    '"event.code" AS signature_id',
    '"event.reason" AS reason',
  ].join(' '),
  'EVAL-action': `case(${[
    `${IS_SIGN_IN}, if('event.outcome'="success" OR 'event.outcome'="failure", 'event.outcome', null())`,
    `${has('event.type{}', 'creation')}, "created"`,
    `${has('event.type{}', 'deletion')}, "deleted"`,
    `${has('event.type{}', 'change')}, "modified"`,
    `${has('event.type{}', 'access')}, "read"`,
    `${has('event.type{}', 'start')}, "started"`,
    `${has('event.type{}', 'end')}, "stopped"`,
  ].join(', ')})`,
  // An audit record says that something was done: where the vendor tells no outcome, nothing says that it failed.
  'EVAL-status': `case('event.outcome'="failure", "failure", isnotnull('event.outcome'), "success")`,
  'EVAL-result': `coalesce('event.reason', if('event.outcome'="unknown", "not told by the vendor", null()), ${CODE}, 'event.action')`,
  'EVAL-user': `if(${IS_ACCOUNT}, ${ACCOUNT}, coalesce(${ACTOR}, ${UNKNOWN}))`,
  'EVAL-src_user': `if(${IS_IAM}, coalesce(${ACTOR}, ${UNKNOWN}), null())`,
  'EVAL-src': `coalesce('source.ip', 'source.address', ${UNKNOWN})`,
  'EVAL-dest': `coalesce('host.name', 'host.id', 'service.name')`,
  'EVAL-command': `coalesce(${CODE}, 'event.action')`,
  'EVAL-change_type': `if(${IS_IAM}, "AAA", mvindex('event.category{}', 0))`,
  'EVAL-object_category': `case(${IS_ACCOUNT}, "user", ${IS_GROUP}, "group", true(), replace('event.action', "-[^-]+(-failed)?$", ""))`,
  'EVAL-object': `if(${IS_ACCOUNT}, ${ACCOUNT}, coalesce('group.name', 'group.id', 'file.name', 'host.name', 'host.id', ${TARGET}, ${UNKNOWN}))`,
  'EVAL-object_id': `coalesce('group.id', 'host.id', 'user.target.id', ${UNKNOWN})`,
  'EVAL-object_attrs': `coalesce(mvappend(${[
    ...CHANGED.map(([field, name]) => `if(isnotnull('${field}'), "${name}", null())`),
    `if(isnotnull('user.changes.roles{}'), "roles", null())`,
  ].join(', ')}), ${UNKNOWN})`,
  'EVAL-vendor_product': `if(like('tidemark.product', 'tidemark.vendor'."%"), 'tidemark.product', 'tidemark.vendor'." ".'tidemark.product')`,
  'LOOKUP-tidemark_actions': 'tidemark_actions action AS "event.action" OUTPUTNEW meaning AS action_meaning',
  'LOOKUP-tidemark_streams':
    'tidemark_streams dataset AS "event.dataset" OUTPUTNEW title AS dataset_title permission AS dataset_permission',
};

/** `props.conf`: the same settings for the sourcetype of each source, as Splunk has no wildcards for them. */
export function propsConf(sources: readonly Source[]): string {
  const names = [ARCHIVE_SOURCETYPE, ...[...sources.map(({ id }) => id), SELF_EVENTS_OF].map(sourcetypeOf)];
  return confText(
    'Made by `npm run generate`.',
    Object.fromEntries(names.map((name) => [name, { ...LINES, ...FIELDS }])),
  );
}

/** The sourcetype that events of a source have in format ecs, if no other is set. */
function sourcetypeOf(source: string): string {
  return expand(DEFAULT_ORIGIN.sourcetype, { source, format: 'ecs', stream: '', connection: '' });
}

/** An expression that is true if a field with one or more values has this one. */
function has(field: string, value: string): string {
  return `isnotnull(mvfind('${field}', "^${value}$"))`;
}
