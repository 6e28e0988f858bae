import type { FeedOptions } from './opened.ts';
import type { RangeOptions } from './range.ts';

export interface BackfillOptions extends FeedOptions, RangeOptions {
  readonly id?: string;
  readonly resend: boolean;
  readonly cancel: boolean;
}
