import { isIP } from 'node:net';
import { CATEGORIES, CLASSES, type ClassShape, OBJECTS, type Shape, VERSION } from './ocsf-tables.ts';

type Document = Readonly<Record<string, unknown>>;

const LONGEST_STRING = 65_535;
const LONGEST_IP = 40;
const EMAIL = /^[a-zA-Z0-9!#$%&'*+-/=?^_`{|}~.]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$/;
const HOSTNAME =
  /^(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])\.)*([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])$/;
/** Deeper than this, a reader's stack may end before the event does. */
const DEEPEST = 40;

/** Reads a line as strictly as OCSF 1.3.0 can be read, and says what is wrong with it; nothing when it is well formed. */
export function ocsfLineComplaints(line: string): string[] {
  if (/[\r\n]/.test(line)) return ['the line is more than one'];
  const event: unknown = JSON.parse(line);
  return [...textComplaints('', event, 0), ...ocsfComplaints(event)];
}

/** Reads an event as strictly as OCSF 1.3.0 can be read, and says what is wrong with it; nothing when it is well formed. */
export function ocsfComplaints(event: unknown): string[] {
  if (!isDocument(event)) return ['the event is not an object'];
  const uid = event.class_uid;
  const shape = typeof uid === 'number' ? CLASSES[uid] : undefined;
  if (!shape) return [`class_uid ${String(uid)} is not known`];
  const metadata = isDocument(event.metadata) ? event.metadata : {};
  const profiles = Array.isArray(metadata.profiles) ? metadata.profiles : [];
  const unknownProfiles = profiles.filter((profile) => profile !== 'host' || uid === 0);
  return [
    ...shapeComplaints('', shape, event, profiles),
    ...classComplaints(shape, event),
    ...unknownProfiles.map((profile) => `the class has no profile ${String(profile)}`),
    ...hostComplaints(event, profiles),
    ...(metadata.version === VERSION ? [] : [`metadata.version is not ${VERSION}`]),
  ];
}

/** The profile host is of no use without what it adds; and a kind of machine that OCSF does not know is Other, not Unknown. */
function hostComplaints({ actor, device }: Document, profiles: readonly unknown[]): string[] {
  const isIdle = profiles.includes('host') && actor === undefined && device === undefined;
  const { type, type_id } = isDocument(device) ? device : {};
  const isMisnamed = type !== undefined && type !== 'Unknown' && type_id !== 99;
  return [
    ...(isIdle ? ['the profile host adds nothing'] : []),
    ...(isMisnamed ? [`device.type is ${String(type)}, and device.type_id not 99`] : []),
  ];
}

/** The numbers and captions that say the same thing must agree. */
function classComplaints(shape: ClassShape, event: Document): string[] {
  const activities: Record<number, string> = { ...shape.activities, 0: 'Unknown', 99: 'Other' };
  const activity = activities[event.activity_id as number];
  if (activity === undefined) return [`activity_id may not be ${String(event.activity_id)}`];
  const expected: [string, unknown][] = [
    ['class_name', shape.caption],
    ['category_uid', shape.categoryUid],
    ['category_name', CATEGORIES[shape.categoryUid]],
    ['type_uid', (event.class_uid as number) * 100 + (event.activity_id as number)],
    ['type_name', `${shape.caption}: ${activity}`],
  ];
  // What the class has no activity for is named by its source.
  if (event.activity_id !== 99) expected.push(['activity_name', activity]);
  else if (event.activity_name === undefined || event.activity_name === '') expected.push(['activity_name', 'a name']);
  return expected
    .filter(([name, value]) => event[name] !== value)
    .map(([name, value]) => `${name} is not ${String(value)}`);
}

function shapeComplaints(prefix: string, shape: Shape, value: Document, profiles: readonly unknown[]): string[] {
  const { attributes, atLeastOne, enums = {} } = shape;
  const complaints: string[] = [];
  for (const [name, spec] of Object.entries(attributes)) {
    if (spec.endsWith('!') && value[name] === undefined) complaints.push(`${prefix}${name} is missing`);
  }
  if (atLeastOne && !atLeastOne.some((name) => value[name] !== undefined)) {
    complaints.push(`${prefix || 'the event '}has none of ${atLeastOne.join(', ')}`);
  }
  for (const [name, inner] of Object.entries(value)) {
    const spec = Object.hasOwn(attributes, name) ? (attributes[name] as string) : undefined;
    if (spec === undefined) complaints.push(`${prefix}${name} is not known`);
    else complaints.push(...attributeComplaints(`${prefix}${name}`, spec, inner, profiles));
  }
  for (const [name, captions] of Object.entries(enums))
    complaints.push(...enumComplaints(prefix, name, captions, value));
  return complaints;
}

function enumComplaints(prefix: string, name: string, captions: Readonly<Record<number, string>>, value: Document) {
  const id = value[name];
  if (id === undefined) return [];
  const caption = captions[id as number];
  if (caption === undefined) return [`${prefix}${name} may not be ${String(id)}`];
  // type_id has its caption in type; that of "unknown" and "other" is the source's own word.
  const sibling = name.replace(/_id$/, '');
  const told = value[sibling];
  return told === undefined || told === caption || id === 99 || (id === 0 && name === 'type_id')
    ? []
    : [`${prefix}${sibling} is not ${caption}`];
}

function attributeComplaints(name: string, spec: string, value: unknown, profiles: readonly unknown[]): string[] {
  const [plain = '', profile] = spec.replace('!', '').split('@');
  if (profile !== undefined && !profiles.includes(profile)) return [`${name} needs the profile ${profile}`];
  if (!plain.endsWith('[]')) return typeComplaints(name, plain, value, profiles);
  if (!Array.isArray(value)) return [`${name} is not a list`];
  if (value.length === 0) return [`${name} is an empty list`];
  return value.flatMap((item, at) => typeComplaints(`${name}[${at}]`, plain.slice(0, -2), item, profiles));
}

function typeComplaints(name: string, type: string, value: unknown, profiles: readonly unknown[]): string[] {
  const shape = OBJECTS[type];
  if (!shape) return fits(type, value) ? [] : [`${name} is not of type ${type}`];
  return isDocument(value) ? shapeComplaints(`${name}.`, shape, value, profiles) : [`${name} is not an object`];
}

function fits(type: string, value: unknown): boolean {
  switch (type) {
    case 'string_t':
      return isString(value);
    case 'ip_t':
      return isString(value) && value.length <= LONGEST_IP && isIP(value) !== 0;
    case 'email_t':
      return isString(value) && EMAIL.test(value);
    case 'hostname_t':
      return isString(value) && HOSTNAME.test(value);
    case 'integer_t':
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
    case 'long_t':
      return Number.isSafeInteger(value);
    case 'timestamp_t':
      // Milliseconds: seconds would lie in January 1970, microseconds after the year 33000.
      return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 8.64e15 / 2;
    case 'boolean_t':
      return typeof value === 'boolean';
    case 'object':
      return isDocument(value);
    case 'json_t':
      return true;
    default:
      return false;
  }
}

/** Every string that is in the event, keys included, must be text that UTF-8 can hold. */
function textComplaints(path: string, value: unknown, depth: number): string[] {
  if (typeof value === 'string') return value.isWellFormed() ? [] : [`${path} holds half a surrogate pair`];
  if (typeof value !== 'object' || value === null) return [];
  if (depth > DEEPEST) return [`${path} lies too deep`];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key.isWellFormed() ? [] : [`a key in ${path} holds half a surrogate pair`]),
    ...textComplaints(`${path}.${key}`, inner, depth + 1),
  ]);
}

function isString(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_STRING;
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
