import { TidemarkError } from '../errors.ts';
import type { Checkpoint } from './checkpoint.ts';

/** Returns the checkpoint if it is of the expected kind; refuses another kind, since it means something else. */
export function ofKind<C extends Checkpoint>(
  key: string,
  item: Checkpoint | undefined,
  kind: C['kind'],
): C | undefined {
  if (item === undefined || isKind<C>(item, kind)) return item;
  throw new TidemarkError({
    code: 'state',
    stage: 'saving',
    message: `The checkpoint of ${key} is that of a ${item.kind}, not of a ${kind}.`,
    remedy:
      'Nothing was changed. If the stream of that name has changed its kind, remove the item: the feed then starts anew.',
  });
}

function isKind<C extends Checkpoint>(item: Checkpoint, kind: C['kind']): item is C {
  return item.kind === kind;
}
