import type { Effects } from '../../effects.ts';
import type { RowKey } from '../../events/identity.ts';
import type { Feed, Row } from '../../model.ts';
import type { Asker } from '../../requests/ask.ts';
import type { Duration, Instant } from '../../time.ts';

/** The inputs of a read of pages. */
export interface Reader {
  readonly asker: Asker;
  readonly feed: Feed;
  readonly effects: Pick<Effects, 'now'>;
}

/** Rows of a page. */
export interface PageRows {
  readonly rows: readonly Row[];
  readonly keys: readonly RowKey[];
  /** The number of their page. */
  readonly number: number;
}

/** What an answer says about how far the vendor's log reaches. */
export interface Proof {
  /** The end of the range that the answer covers, if the vendor states it. */
  readonly answeredTo?: Instant | undefined;
  /** The vendor's clock, and what it is ahead of ours. */
  readonly clock?: { readonly now: Instant; readonly offset: Duration } | undefined;
}

/** One page with the keys of its rows. */
export interface ReadPage extends PageRows, Proof {
  /** Whether its rows were read before: paging has led to the same page. */
  readonly again: boolean;
  /** Whether it continues the page before it, which is too large to be read at once. */
  readonly isPart?: boolean;
  /** Whether it is followed by another one. */
  readonly hasNext: boolean;
  /** Whether the request for that was known before this page came. */
  readonly isNextForeseen?: boolean | undefined;
  /** The share of the memory for answers that it takes. */
  readonly size: number;
}

/** The number of rows that the first page announced, and the number that came. */
export interface Announced {
  readonly total: number;
  readonly rows: number;
}

/** The pages of a range. At the end, the result is the number of rows, if the vendor has announced one. */
export type Pages = AsyncIterator<ReadPage, Announced | undefined, undefined>;
