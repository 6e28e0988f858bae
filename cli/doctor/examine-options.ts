import type { FeedOptions } from '../feeds/opened.ts';

/** What is examined, and how far. */
export interface ExamineOptions extends FeedOptions {
  /** Signs in although the vendor has refused the same credentials lately. */
  readonly signInAgain?: boolean;
}
