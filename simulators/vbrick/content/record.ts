import { createRandom, hash, pick } from '../../random.ts';
import type { Happened } from './story.ts';

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

/** What a row holds in each column. */
export type Columns = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** A record of the audit log but for its time. */
export interface AuditRecord {
  readonly columns: Omit<Columns, 'When'>;
  /** Who acted: none for the system. */
  readonly principalId: string | undefined;
}

const NAMED_SHARE = 0.1;
const PRETTY_SHARE = 0.1;
/** How the vendor writes that there is nothing. */
const NOTHING = ['', 'null', '{}'] as const;

/** Writes what happened into columns: the same seed writes the same. */
export function recordOf(happened: Happened, seed: number): AuditRecord {
  const random = createRandom(hash(seed, 1));
  const { messageKey, entityKey, entityId, actor, says, before, after } = happened;
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
      Message: JSON.stringify(says, null, indent),
      PreviousState: state(before),
      CurrentState: state(after),
    },
  };
}
