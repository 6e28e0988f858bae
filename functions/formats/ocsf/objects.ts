import { isIpAddress } from '../../core/events/ip-address.ts';
import { ACCOUNT_SWITCH, DISABLED, ENABLED, LOCKED, MFA_ENABLED, UNLOCKED } from './activity.ts';
import type { OcsfClass } from './class.ts';
import { type Branch, definedOnly, ifAny, type OcsfFields } from './fields.ts';

/**
 * The name where OCSF requires one and the event has none. Without the object the event would not conform to its class;
 * in another class, searches for this kind of event would not find it.
 */
const UNKNOWN = 'unknown';
const UNKNOWN_TYPE = 0;
const DEVICE = { type: 'Device', type_id: 1 };
const OTHER_TYPE = 99;

/** Maximum length of an ip_t of OCSF 1.3.0. An IPv6 address whose end is written as IPv4 can be longer. */
const MAX_IP = 40;
const MAX_HOSTNAME = 253;
const EMAIL = /^[\w!#$%&'*+\-./=?^`{|}~]+@[a-z\d-]+\.[a-z\d.-]+$/i;
const HOSTNAME = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.(?!$)|$))+$/i;

/** What the objects of an event depend on besides its fields. */
export interface About {
  readonly uid: OcsfClass['uid'];
  readonly activity: number;
  /** What the event is about, as a category of ECS. */
  readonly subject: string;
}

/** The objects of an event that its class has, each with the fields that the class requires. */
export function objectsOf({ uid, activity, subject }: About, fields: OcsfFields): Branch {
  if (uid === 0 && !fields.traits.hasHostInBaseEvent) return {};
  const user = userOf(fields, fields.branch('user'));
  return {
    actor: user && { user },
    src_endpoint: uid === 0 ? undefined : sourceOf(fields),
    device: deviceOf(fields),
    ...classObjectsOf({ uid, activity, subject }, fields, user),
  };
}

function classObjectsOf({ uid, activity, subject }: About, fields: OcsfFields, actor: Branch | undefined): Branch {
  switch (uid) {
    case 0:
      return {};
    case 3001: {
      const user = affectedUser(fields) ?? actor;
      return { user: user ?? UNKNOWN_USER, user_result: resultOf(fields, activity, user) };
    }
    case 3002: {
      const service = { name: serviceName(fields) };
      if (activity !== ACCOUNT_SWITCH) return { user: affectedUser(fields) ?? actor ?? UNKNOWN_USER, service };
      return { ...switchOf(fields), service };
    }
    case 3004:
      return { entity: entityOf(fields, subject) };
    case 3006:
      // The actor is not the user who was added: without a target it is unknown whom the change concerns.
      return {
        group: groupOf(fields),
        user: affectedUser(fields) ?? (fields.traits.hasGroupsAlone ? undefined : UNKNOWN_USER),
      };
    case 6001:
      return { web_resources: [{ ...thingOf(fields, subject), url_string: urlOf(fields) }] };
  }
}

/** ECS has the affected user in user.target; a user at the root may be the actor or, where there is no other, the affected one. */
function affectedUser(fields: OcsfFields): Branch | undefined {
  return userOf(fields, fields.branch('user', 'target'));
}

/** The user as whom the actor goes on. In ECS this is user.effective. Which method was used, no record says. */
function switchOf(fields: OcsfFields): Branch {
  const user = affectedUser(fields) ?? userOf(fields, fields.branch('user', 'effective'));
  return { user: user ?? UNKNOWN_USER, account_switch_type: 'Unknown', account_switch_type_id: UNKNOWN_TYPE };
}

/** How the account of a user is after an activity that succeeded. */
const ACCOUNT_STATES: Readonly<Record<number, Branch>> = {
  [ENABLED]: { is_disabled: false },
  [DISABLED]: { is_disabled: true },
  [LOCKED]: { is_locked: true },
  [UNLOCKED]: { is_locked: false },
};

/** How the user is after a change: what the record says is different, and what follows from the activity. */
function resultOf(fields: OcsfFields, activity: number, user: Branch | undefined): Branch | undefined {
  const changes = userOf(fields, fields.branch('user', 'changes'));
  const { hasAccountState, hasMfaOfUsers } = fields.traits;
  const state = hasAccountState ? ACCOUNT_STATES[activity] : undefined;
  const hasMfa = hasMfaOfUsers && activity === MFA_ENABLED;
  if (!user || !(state || hasMfa) || fields.branch('event').outcome !== 'success') return changes;
  const named = definedOnly({ name: user.name, uid: user.uid });
  return {
    ...named,
    ...(changes && definedOnly(changes)),
    ...(hasMfa && { has_mfa: true }),
    ...(state && { account: { ...named, ...state } }),
  };
}

/** A user needs a name or a uid. Where both are missing, the e-mail address or the full name is the name. */
function userOf(fields: OcsfFields, user: Branch): Branch | undefined {
  const uid = fields.text(user, 'id');
  const userName = fields.text(user, 'name');
  const name = (userName ?? uid) ? userName : (fields.text(user, 'email') ?? fields.text(user, 'full_name'));
  if ((name ?? uid) === undefined) return undefined;
  const fullName = fields.text(user, 'full_name');
  return {
    name,
    uid,
    email_addr: fields.textThat(isEmail, user, 'email'),
    full_name: fullName,
    display_name: fields.traits.hasDisplayName ? fullName : undefined,
    domain: fields.text(user, 'domain'),
  };
}

/** Stands where a class requires a user and the event has none. Nobody may find it among the users, so it is no observable. */
export const UNKNOWN_USER: Branch = { name: UNKNOWN, type: 'Unknown', type_id: UNKNOWN_TYPE };

function groupOf(fields: OcsfFields): Branch {
  const group = fields.branch('group');
  const found = ifAny({ name: fields.text(group, 'name'), uid: fields.text(group, 'id') });
  return found ?? { name: UNKNOWN };
}

/** The origin of the request: an IP address, or the text in its place. */
function sourceOf(fields: OcsfFields): Branch | undefined {
  const source = fields.branch('source');
  const ip = fields.textThat(isShortIpAddress, source, 'ip');
  const address = fields.text(source, 'address');
  const geo = fields.branch('source', 'geo');
  if ((ip ?? address) === undefined) return undefined;
  const location = ifAny({ city: fields.text(geo, 'city_name'), country: fields.text(geo, 'country_iso_code') });
  return { ip, name: address === ip ? undefined : address, location };
}

function deviceOf(fields: OcsfFields): Branch | undefined {
  const host = fields.branch('host');
  const device = ifAny({
    hostname: fields.textThat(isHostname, host, 'hostname'),
    name: fields.text(host, 'name'),
    uid: fields.text(host, 'id'),
  });
  if (!device) return undefined;
  // Vendors name the kinds of machines differently from OCSF. A name that OCSF does not have belongs to the type Other.
  const type = fields.text(host, 'type');
  return type === undefined ? { ...device, type_id: UNKNOWN_TYPE } : { ...device, type, type_id: OTHER_TYPE };
}

/** The ECS objects that an event can be about, by its subject. */
const THINGS: Readonly<Record<string, string>> = { file: 'file', host: 'host', process: 'process', session: 'host' };

/** The thing that the event is about: its file, host or process, else a part of the service, of which only the kind is known. */
function thingOf(fields: OcsfFields, subject: string): Branch {
  const key = THINGS[subject];
  const thing = key === undefined ? {} : fields.branch(key);
  const found = ifAny({ name: fields.text(thing, 'name'), uid: fields.text(thing, 'id') });
  return { ...(found ?? { name: serviceName(fields) }), type: subject };
}

function entityOf(fields: OcsfFields, subject: string): Branch {
  const type = subject === 'host' ? DEVICE : { type: subject, type_id: OTHER_TYPE };
  return { ...thingOf(fields, subject), ...type, user: affectedUser(fields) };
}

function urlOf(fields: OcsfFields): string | undefined {
  const url = fields.branch('url');
  return fields.text(url, 'full') ?? fields.text(url, 'original');
}

/** The service that the event names, else the product. */
function serviceName(fields: OcsfFields): string {
  return fields.text(fields.branch('service'), 'name') ?? fields.text(fields.branch('tidemark'), 'product') ?? UNKNOWN;
}

function isShortIpAddress(text: string): boolean {
  return text.length <= MAX_IP && isIpAddress(text);
}

function isHostname(text: string): boolean {
  return text.length <= MAX_HOSTNAME && HOSTNAME.test(text);
}

function isEmail(text: string): boolean {
  return EMAIL.test(text);
}
