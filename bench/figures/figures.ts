import type { Figure } from './figure.ts';
import { processor } from './processor.ts';
import { wall } from './wall.ts';

/** All that is measured, in the order of the report. */
export const FIGURES: readonly Figure[] = [processor, wall];
