import type { FormatId } from '../../functions/core/model.ts';

/** Options of `tidemark tap`. */
export interface TapOptions {
  readonly config?: string;
  readonly feed?: string;
  readonly state: string;
  readonly out?: string;
  readonly secrets?: string;
  readonly format: FormatId;
  readonly limit?: string;
  readonly sample: string;
  readonly cloud: boolean;
}
