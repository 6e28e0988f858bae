import { offeredBySources } from '../sources/offered.ts';
import type { Kind } from './kind.ts';

/** The kinds of streams that vendors' tests offer to be killed: `kinds` of `test/sources/<vendor>/crash-kinds.ts`. */
export const KINDS: readonly Kind[] = (
  await offeredBySources<{ readonly kinds: readonly Kind[] }>('crash-kinds.ts')
).flatMap(({ kinds }) => kinds);
