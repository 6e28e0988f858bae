import { createRandom, hash, pick } from '../../random.ts';
import type { EventContent } from './story.ts';

/** The columns of every collection, in the documented order. */
export const COLUMNS = [
  'MessageKey',
  'EntityKey',
  'EntityId',
  'When',
  'Principal',
  'Message',
  'PreviousState',
  'CurrentState',
] as const;

/** The values of a row. */
export type Columns = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** A record of the audit log without its time. */
export interface AuditRecord {
  readonly columns: Omit<Columns, 'When'>;
  /** Who acted; undefined for the system. */
  readonly principalId: string | undefined;
}

const NAMED_SHARE = 0.1;
const PRETTY_SHARE = 0.1;
/** How the vendor writes a missing state. */
const NOTHING = ['', 'null', '{}'] as const;

/** Writes an event into columns; the same seed writes it in the same way. */
export function recordOf(event: EventContent, seed: number): AuditRecord {
  const random = createRandom(hash(seed, 1));
  const { messageKey, entityKey, entityId, actor, command, before, after } = event;
  const name = actor && random() < NAMED_SHARE ? { Name: `${actor.firstName} ${actor.lastName}` } : {};
  const indent = random() < PRETTY_SHARE ? 2 : 0;
  const state = (value: object | null) => (value ? JSON.stringify(value) : pick(random, NOTHING));
  return {
    principalId: actor?.id,
    columns: {
      MessageKey: messageKey,
      EntityKey: entityKey,
      EntityId: entityId,
      Principal: actor ? JSON.stringify({ Id: actor.id, ...name }) : pick(random, ['{"Id":null}', 'null', '']),
      Message: JSON.stringify(command, null, indent),
      PreviousState: state(before),
      CurrentState: state(after),
    },
  };
}
