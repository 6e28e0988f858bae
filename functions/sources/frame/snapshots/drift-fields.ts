import type { EcsFields } from '../../../core/ecs-event.ts';
import { differences } from '../../../core/events/differences.ts';
import type { Change, Connection, Item, SnapshotStream } from '../../../core/model.ts';
import { DAY } from '../../../core/time.ts';
import { customerIdOf } from '../customer.ts';
import { isObject } from '../fields.ts';
import { cut, reasonOf, sayName, someOf } from './wording.ts';

const MOST_KEYS = 50;
const MOST_FIELDS_SAID = 5;
const LONGEST_FIELD_SAID = 200;
const TYPES = { created: 'creation', changed: 'change', deleted: 'deletion' } as const;

/** What all of Frame's snapshot streams are; only those that matter to a guard run unasked. */
export const DAILY = {
  kind: 'snapshot',
  docs: 'https://docs.dizzion.com/dev-hub/admin-api/customer',
  enabled: false,
  every: DAY,
  // The present does not run out; what was made and undone between two reads was never there to be read.
  retention: 3_650 * DAY,
  needs: 'Customer Auditor; where Frame refuses that (403), Customer Administrator',
} as const;

/** What the events about one kind of thing share. */
export interface Kind extends Pick<SnapshotStream, 'title' | 'thing'> {
  /** What actions begin with: `api-authorization-rule` of `api-authorization-rule-created`. */
  readonly noun: string;
  readonly category: string;
}

/** A change as ECS: what it was, a sentence, and how the thing was and is. */
export function driftFields(kind: Kind, change: Change, connection: Connection): EcsFields {
  const reason = change.kind === 'changed' ? reasonOf(differences(change.before, change.after)) : '';
  return {
    message: messageOf(kind, change),
    event: {
      kind: 'event',
      category: [kind.category],
      type: [TYPES[change.kind]],
      action: `${kind.noun}-${change.kind}`,
      outcome: 'success',
      provider: 'frame',
      ...(reason !== '' && { reason }),
    },
    frame: { ...customerOf(connection), snapshot: snapshotFields(kind, change) },
  };
}

/** How things are when they are first seen: how many there are, and which. */
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
        ...(keys.length > 0 && { keys: keys.length > MOST_KEYS ? [...keys.slice(0, MOST_KEYS), '...'] : keys }),
      },
    },
  };
}

/** What people call a thing. */
export function nameOf(value: unknown): string | undefined {
  const names = isObject(value) ? [value.name, value.display_name, value.description] : [];
  return names.find((name): name is string => typeof name === 'string' && /[^\p{C}\s]/u.test(name));
}

function messageOf({ thing }: Kind, change: Change): string {
  const name = nameOf(change.after) ?? nameOf(change.before) ?? change.key;
  const which = name === thing ? '' : ` ${sayName(name)}`;
  const where = change.fields.length > 0 ? `: ${someOf(change.fields.map(cutField), MOST_FIELDS_SAID)}` : '';
  return `${thing.charAt(0).toUpperCase()}${thing.slice(1)}${which} was ${change.kind}${where}.`;
}

function cutField(path: string): string {
  return cut(path, LONGEST_FIELD_SAID);
}

/** The thing before and after as JSON texts: as objects, every vendor's field would become a field of the index. */
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
