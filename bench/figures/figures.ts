import { emptyPolls } from './empty-polls.ts';
import type { Figure } from './figure.ts';
import { memory } from './memory.ts';
import { once } from './once.ts';
import { parts } from './parts.ts';
import { processor } from './processor.ts';
import { seenKeys } from './seen-keys.ts';
import { size } from './size.ts';
import { wall } from './wall.ts';

/** All that is measured, in the order of the report. */
export const FIGURES: readonly Figure[] = [size, processor, wall, parts, emptyPolls, seenKeys, memory, once];
