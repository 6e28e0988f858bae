import type { Effects } from '../effects.ts';
import { AmbiguousWriteError } from '../errors.ts';
import { MAX_CONTESTS } from '../retry.ts';
import type { LedgerRow } from '../stored/ledger-row.ts';
import { MILLISECOND } from '../time.ts';

/** The parts of a day's row. When it was written follows from the change. */
type RowParts = Omit<LedgerRow, 'madeAt'>;

/**
 * Changes the row of a day. If there is none, it is begun without a count of the day's events. Throws AmbiguousWriteError if other
 * workers keep changing it.
 */
export async function changeRow(
  effects: Pick<Effects, 'now' | 'loadLedger' | 'saveLedger'>,
  feed: string,
  day: string,
  change: (before: RowParts) => RowParts | Promise<RowParts>,
): Promise<void> {
  for (let made = 1; ; made++) {
    const [before] = await effects.loadLedger(feed, day, day);
    const changed = await change(before ?? { day, hours: [], uncounted: true });
    // A row is replaced only by one whose maker has read it.
    const madeAt = Math.max(effects.now(), (before?.madeAt ?? 0) + MILLISECOND);
    if ((await effects.saveLedger(feed, { ...changed, madeAt }, before?.madeAt)) === 'written') return;
    if (made === MAX_CONTESTS) {
      throw new AmbiguousWriteError(`Other workers keep changing the ledger of ${feed} for ${day}.`, undefined);
    }
  }
}

/** The row of a day, if its events were counted. */
export async function loadCounted(
  effects: Pick<Effects, 'loadLedger'>,
  feed: string,
  day: string,
): Promise<LedgerRow | undefined> {
  const [row] = await effects.loadLedger(feed, day, day);
  return row?.uncounted ? undefined : row;
}
