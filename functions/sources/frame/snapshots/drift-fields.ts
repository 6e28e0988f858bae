import type { EcsFields } from '../../../core/ecs-event.ts';
import { differences } from '../../../core/events/differences.ts';
import type { Change, Connection, Item, SnapshotStream } from '../../../core/model.ts';
import { DAY } from '../../../core/time.ts';
import { isObject } from '../../../source-kit/json-values.ts';
import { shortened } from '../../../source-kit/scalars.ts';
import { customerIdOf } from '../customer.ts';
import { nameText, reasonOf, someOf } from './wording.ts';

const MAX_KEYS = 50;
const MAX_FIELDS_IN_MESSAGE = 5;
const LONGEST_FIELD_IN_MESSAGE = 200;
/** How the vocabulary of actions names the kinds of changes. */
export const DONE = { created: 'created', changed: 'updated', deleted: 'deleted' } as const;
const TYPES = { created: 'creation', changed: 'change', deleted: 'deletion' } as const;

/** Defaults of Frame's snapshot streams. Only those that matter for security are enabled by default. */
export const DAILY = {
  kind: 'snapshot',
  docs: 'https://docs.dizzion.com/dev-hub/admin-api/customer',
  enabled: false,
  every: DAY,
  // The vendor shows the present state only, which does not expire.
  retention: 3_650 * DAY,
  needs: 'Customer Auditor; where Frame refuses that (403), Customer Administrator',
} as const;

/** The facts that events about one kind of thing share. */
export interface Kind extends Pick<SnapshotStream, 'title' | 'thing'> {
  /** The beginning of actions: `api-authorization-rule` of `api-authorization-rule-created`. */
  readonly noun: string;
  readonly category: string;
}

/** A change as ECS: its kind, a sentence, and the thing before and after. */
export function driftFields(kind: Kind, change: Change, connection: Connection): EcsFields {
  const reason = change.kind === 'changed' ? reasonOf(differences(change.before, change.after)) : '';
  return {
    message: messageOf(kind, change),
    event: {
      kind: 'event',
      category: [kind.category],
      type: [TYPES[change.kind]],
      action: `${kind.noun}-${DONE[change.kind]}`,
      outcome: 'success',
      provider: 'frame',
      ...(reason !== '' && { reason }),
    },
    frame: { ...customerOf(connection), snapshot: snapshotFields(kind, change) },
  };
}

/** The first snapshot as ECS: how many things there are, and their keys. */
export function baselineFields(kind: Kind, items: readonly Item[], connection: Connection): EcsFields {
  const keys = items.map(({ key }) => key);
  return {
    message: `${kind.title}: first snapshot, with ${keys.length} ${keys.length === 1 ? 'item' : 'items'}.`,
    event: {
      kind: 'state',
      category: [kind.category],
      type: ['info'],
      action: `${kind.noun}-baseline`,
      provider: 'frame',
    },
    frame: {
      ...customerOf(connection),
      snapshot: {
        thing: kind.thing,
        change: 'baseline',
        count: keys.length,
        ...(keys.length > 0 && { keys: keys.length > MAX_KEYS ? [...keys.slice(0, MAX_KEYS), '...'] : keys }),
      },
    },
  };
}

/** The name of a thing, for people. */
export function nameOf(value: unknown): string | undefined {
  const names = isObject(value) ? [value.name, value.display_name, value.description] : [];
  return names.find((name): name is string => typeof name === 'string' && /[^\p{C}\s]/u.test(name));
}

function messageOf({ thing }: Kind, change: Change): string {
  const name = nameOf(change.after) ?? nameOf(change.before) ?? change.key;
  const which = name === thing ? '' : ` ${nameText(name)}`;
  const where = change.fields.length > 0 ? `: ${someOf(change.fields.map(shortField), MAX_FIELDS_IN_MESSAGE)}` : '';
  return `${thing.charAt(0).toUpperCase()}${thing.slice(1)}${which} was ${change.kind}${where}.`;
}

function shortField(path: string): string {
  return shortened(path, LONGEST_FIELD_IN_MESSAGE);
}

/** The thing before and after as JSON texts. As objects, each of the vendor's fields would become a field of the SIEM's index. */
function snapshotFields(kind: Kind, change: Change): Record<string, unknown> {
  return {
    thing: kind.thing,
    key: change.key,
    change: change.kind,
    ...(change.fields.length > 0 && { fields: [...change.fields] }),
    ...(change.before !== undefined && { before: JSON.stringify(change.before) }),
    ...(change.after !== undefined && { after: JSON.stringify(change.after) }),
  };
}

function customerOf(connection: Connection): { readonly customer?: { readonly id: string } } {
  const id = customerIdOf(connection);
  return id === undefined ? {} : { customer: { id } };
}
