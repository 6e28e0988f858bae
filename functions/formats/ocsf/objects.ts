import { isIpAddress } from '../../core/events/ip-address.ts';
import type { OcsfClass } from './class.ts';
import { type Branch, known, type OcsfFields } from './fields.ts';

/**
 * The name where OCSF demands one and the event has none. To leave the object out would break the class; to take
 * another class would break the searches of whoever looks for this kind of event.
 */
const UNKNOWN = 'unknown';
const UNKNOWN_TYPE = 0;
const DEVICE = { type: 'Device', type_id: 1 };
const OTHER_TYPE = 99;

/** The longest ip_t of OCSF 1.3.0: an IPv6 address that writes its end as IPv4 can be longer. */
const LONGEST_IP = 40;
const LONGEST_HOSTNAME = 253;
const EMAIL = /^[\w!#$%&'*+\-./=?^`{|}~]+@[a-z\d-]+\.[a-z\d.-]+$/i;
const HOSTNAME = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.(?!$)|$))+$/i;

/** The objects that only some classes have, each with what the class demands of it. */
export function objectsOf({ uid }: OcsfClass, fields: OcsfFields, subject: string): Branch {
  if (uid === 0) return {};
  const actor = userOf(fields, fields.branch('user'));
  return {
    actor: actor && { user: actor },
    src_endpoint: sourceOf(fields),
    device: deviceOf(fields),
    ...ownObjectsOf(uid, fields, subject, actor),
  };
}

function ownObjectsOf(
  uid: Exclude<OcsfClass['uid'], 0>,
  fields: OcsfFields,
  subject: string,
  actor: Branch | undefined,
): Branch {
  switch (uid) {
    case 3001:
      return {
        user: affectedUser(fields) ?? actor ?? unknownUser(),
        user_result: userOf(fields, fields.branch('user', 'changes')),
      };
    case 3002:
      return { user: affectedUser(fields) ?? actor ?? unknownUser(), service: { name: serviceName(fields) } };
    case 3004:
      return { entity: entityOf(fields, subject) };
    case 3006:
      // Who acted is not who was added: without a target it is unknown whom the change concerns.
      return { group: groupOf(fields), user: affectedUser(fields) ?? unknownUser() };
    case 6001:
      return { web_resources: [{ ...thingOf(fields, subject), ...known({ url_string: urlOf(fields) }) }] };
  }
}

/** ECS has the affected user in user.target, and at the root a user who stands alone, whatever their part. */
function affectedUser(fields: OcsfFields): Branch | undefined {
  return userOf(fields, fields.branch('user', 'target'));
}

/** A user has a name or a uid; an address or a full name stands in where both are missing. */
function userOf(fields: OcsfFields, user: Branch): Branch | undefined {
  const uid = fields.text(user, 'id');
  const ownName = fields.text(user, 'name');
  const name = (ownName ?? uid) ? ownName : (fields.text(user, 'email') ?? fields.text(user, 'full_name'));
  if ((name ?? uid) === undefined) return undefined;
  return known({
    name,
    uid,
    email_addr: fields.textThat(isEmail, user, 'email'),
    full_name: fields.text(user, 'full_name'),
    domain: fields.text(user, 'domain'),
  });
}

function unknownUser(): Branch {
  return { name: UNKNOWN, type: 'Unknown', type_id: UNKNOWN_TYPE };
}

function groupOf(fields: OcsfFields): Branch {
  const group = fields.branch('group');
  const found = known({ name: fields.text(group, 'name'), uid: fields.text(group, 'id') });
  return found ?? { name: UNKNOWN };
}

/** Where the request came from: an address, or the text that was in its place. */
function sourceOf(fields: OcsfFields): Branch | undefined {
  const source = fields.branch('source');
  const ip = fields.textThat(isShortIpAddress, source, 'ip');
  const address = fields.text(source, 'address');
  const geo = fields.branch('source', 'geo');
  const endpoint = known({ ip, name: address === ip ? undefined : address });
  if (!endpoint) return undefined;
  const location = known({ city: fields.text(geo, 'city_name'), country: fields.text(geo, 'country_iso_code') });
  return { ...endpoint, ...(location && { location }) };
}

function deviceOf(fields: OcsfFields): Branch | undefined {
  const host = fields.branch('host');
  const device = known({
    hostname: fields.textThat(isHostname, host, 'hostname'),
    name: fields.text(host, 'name'),
    uid: fields.text(host, 'id'),
  });
  // The vendors' words for kinds of machines are not those of OCSF.
  return device && { ...device, ...known({ type: fields.text(host, 'type') }), type_id: UNKNOWN_TYPE };
}

/** The objects of ECS that can be what an event is about. */
const THINGS: Readonly<Record<string, string>> = { file: 'file', host: 'host', process: 'process', session: 'host' };

/** What was worked on: the file, the host ... of the event, else some part of the service, of which no more is known than its kind. */
function thingOf(fields: OcsfFields, subject: string): Branch {
  const key = THINGS[subject];
  const thing = key === undefined ? {} : fields.branch(key);
  const found = known({ name: fields.text(thing, 'name'), uid: fields.text(thing, 'id') });
  return { ...(found ?? { name: serviceName(fields) }), type: subject };
}

function entityOf(fields: OcsfFields, subject: string): Branch {
  const type = subject === 'host' ? DEVICE : { type: subject, type_id: OTHER_TYPE };
  return { ...thingOf(fields, subject), ...type, ...known({ user: affectedUser(fields) }) };
}

function urlOf(fields: OcsfFields): string | undefined {
  const url = fields.branch('url');
  return fields.text(url, 'full') ?? fields.text(url, 'original');
}

/** What was used: the service that the event names, else the product that it is about. */
function serviceName(fields: OcsfFields): string {
  return fields.text(fields.branch('service'), 'name') ?? fields.text(fields.branch('tidemark'), 'product') ?? UNKNOWN;
}

function isShortIpAddress(text: string): boolean {
  return text.length <= LONGEST_IP && isIpAddress(text);
}

function isHostname(text: string): boolean {
  return text.length <= LONGEST_HOSTNAME && HOSTNAME.test(text);
}

function isEmail(text: string): boolean {
  return EMAIL.test(text);
}
