import type { Source } from '../../functions/core/model.ts';

/** What the files of the packages are made from. */
export interface ContentInputs {
  readonly sources: readonly Source[];
  /** The version of Tidemark. */
  readonly version: string;
}
