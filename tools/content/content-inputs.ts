import type { Source } from '../../functions/core/model.ts';
import type { Rule } from './sigma/rule.ts';

/** What the files of the packages are made from. */
export interface ContentInputs {
  readonly sources: readonly Source[];
  readonly rules: readonly Rule[];
  /** The version of Tidemark. */
  readonly version: string;
}
