import { TidemarkError } from '../errors.ts';
import type { Instant } from '../time.ts';
import type { Checkpoint, CheckpointKind } from './checkpoint.ts';

/** Once a feed was read, its checkpoint has at least one of these parts. */
const FEED_PARTS = ['plan', 'days', 'folded'] as const;

/** The parts of a stored checkpoint that tell its kind. */
export interface StoredParts {
  readonly floor: Instant;
  readonly kind?: CheckpointKind;
  readonly job?: { readonly kind: CheckpointKind };
  readonly snapshot?: unknown;
  readonly pending?: unknown;
  readonly hold?: object;
}

/**
 * The kind of a stored checkpoint. Version 0.1.0 stored no kind: then the contents show it. If they do not, because nothing
 * was read yet, the checkpoint counts as a feed's, and `ofKind` also accepts it as a snapshot's.
 */
export function kindOf({ kind, job, snapshot, pending }: StoredParts): CheckpointKind {
  return kind ?? job?.kind ?? (snapshot !== undefined || pending !== undefined ? 'snapshot' : 'feed');
}

/** Returns the checkpoint if it is of the expected kind; refuses another kind, since it means something else. */
export function ofKind<C extends Checkpoint>(
  key: string,
  item: Checkpoint | undefined,
  kind: C['kind'],
): C | undefined {
  const found = kind === 'snapshot' && item ? asSnapshot(item) : item;
  if (found === undefined || isKind<C>(found, kind)) return found;
  throw new TidemarkError({
    code: 'state',
    stage: 'saving',
    message: `The checkpoint of ${key} is that of a ${found.kind}, not of a ${kind}.`,
    remedy:
      'Nothing was changed. If the stream of that name has changed its kind, remove the item: the feed then starts anew.',
  });
}

function asSnapshot(item: Checkpoint): Checkpoint {
  if (item.kind !== 'feed' || FEED_PARTS.some((part) => item[part] !== undefined)) return item;
  return { ...item, kind: 'snapshot' };
}

function isKind<C extends Checkpoint>(item: Checkpoint, kind: C['kind']): item is C {
  return item.kind === kind;
}
