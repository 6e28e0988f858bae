import type { EcsFields } from '../../../core/ecs-event.ts';
import type { Change, Connection, Item, Row, SnapshotStream } from '../../../core/model.ts';
import { HOUR } from '../../../core/time.ts';
import { isObject } from '../../../source-kit/json-values.ts';
import { customerRequest } from './customer-request.ts';
import { baselineFields, DAILY, DONE, driftFields, type Kind } from './drift-fields.ts';
import { itemOf } from './item.ts';
import { objectRow } from './read-answer.ts';
import { tidy } from './tidy.ts';
import { missingFrom, nameText, valueText } from './wording.ts';

const KIND: Kind = { title: 'Settings', thing: 'setting', noun: 'setting', category: 'configuration' };
const PREFIX = 'settings/';
/** Maximum length of a setting's name in an action. */
const LONGEST_NAME = 70;
const MAX_PEOPLE = 50;

/** Documented settings by which the answer is recognised. */
const DOCUMENTED = ['frame_support_admin_access', 'is_login_banner_enabled', 'max_concurrency'];

/** Settings that give the vendor's own staff access. */
const SUPPORT = /support|personnel/i;

/** The customer's settings. Each is a thing of its own, so there is one event for each that changes. */
export const settings: SnapshotStream = {
  ...DAILY,
  name: 'settings',
  title: KIND.title,
  thing: KIND.thing,
  enabled: true,
  every: HOUR,
  first: (connection) => customerRequest(connection, 'settings'),
  read: (answer) => ({ rows: [objectRow(answer, DOCUMENTED)], asks: [] }),
  items,
  mapChange,
  mapBaseline: (values, connection) => baselineFields(KIND, values, connection),
};

function items({ value }: Row): readonly Item[] {
  if (!isObject(value)) return [itemOf(value, [])];
  return Object.entries(value).map(([name, setting]) => ({ key: PREFIX + name, value: tidy({ [name]: setting }) }));
}

function mapChange(change: Change, connection: Connection): EcsFields {
  const name = change.key.startsWith(PREFIX) ? change.key.slice(PREFIX.length) : change.key;
  const before = settingIn(change.before, name);
  const after = settingIn(change.after, name);
  const { event, ...fields } = driftFields(KIND, change, connection);
  const verb = change.kind === 'changed' ? verbOf(before, after) : change.kind;
  const isSupport = SUPPORT.test(name);
  const people = isSupport ? addressesIn([...missingFrom(after, before), ...missingFrom(before, after)]) : [];
  return {
    ...fields,
    message: messageOf(name, verb, before, after),
    event: {
      ...event,
      // Settings about access belong to iam, too.
      ...(isSupport && { category: ['iam', ...(event.category ?? [])], type: [...(event.type ?? []), 'admin'] }),
      action: actionFor(name, change.kind === 'changed' ? verb : change.kind),
      code: name,
    },
    ...(people.length > 0 && { related: { user: people } }),
  };
}

/** What was done to a setting, as a word that rules can name. */
function verbOf(before: unknown, after: unknown): string {
  if (after === true) return 'enabled';
  if (after === false && before === true) return 'disabled';
  if (typeof before === 'number' && typeof after === 'number') return after > before ? 'raised' : 'lowered';
  return 'changed';
}

/** `is_login_banner_enabled` that was disabled is `login-banner-setting-disabled`. */
function actionFor(name: string, verb: string): string {
  const done = verb === 'changed' ? DONE.changed : verb;
  const words = name === 'authorized_nutanix_personnel' ? 'support-personnel' : wordsOf(name);
  return words === '' ? `${KIND.noun}-${done}` : `${words}-${KIND.noun}-${done}`;
}

function wordsOf(name: string): string {
  return name
    .slice(0, LONGEST_NAME)
    .replace(/^(is|can)_/, '')
    .replace(/_(enabled|allowed|settings?)$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function messageOf(name: string, verb: string, before: unknown, after: unknown): string {
  const values =
    { created: valueText(after), deleted: valueText(before) }[verb] ?? `${valueText(before)} → ${valueText(after)}`;
  return `Setting ${nameText(name)} was ${verb}: ${values}.`;
}

function settingIn(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function addressesIn(values: readonly unknown[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '').slice(0, MAX_PEOPLE);
}
