import { sendSelfEvent } from '../../delivery/send-self-event.ts';
import { TidemarkError } from '../../errors.ts';
import type { Shortfall } from '../../stored/checkpoint.ts';
import { formatTime, type Instant, type Range } from '../../time.ts';
import { commitPosition } from '../flush-behind.ts';
import type { Run } from '../run.ts';
import type { Announced } from './pages.ts';

/** Number of runs in a row that must get equally many rows before the watermark passes a range that lacks some. */
const SAME_RUNS = 3;
/** Maximum number of runs that read such a range, however many rows come each time. */
const MAX_RUNS = 6;

/** A read that brought fewer rows than the vendor had announced. */
interface ShortRead {
  readonly range: Range;
  readonly rows: number;
  readonly now: Instant;
}

/**
 * Decides about a range of which fewer rows came than the vendor had announced. Rows may have moved between pages, or the vendor may
 * be slow to show them: the range is read again. If the number stays the same, the vendor does not send them, and a total that is
 * always too large must not stop a feed.
 */
export function shortfallPolicy(
  before: Shortfall | undefined,
  { range: { from, to }, rows, now }: ShortRead,
): { readonly shortfall: Shortfall; readonly act: 'read-again' | 'tell' | 'go-on' } {
  if (before?.since !== undefined) return { shortfall: before, act: 'go-on' };
  const known = before?.from === from && before.to === to ? before : undefined;
  const same = known?.rows === rows ? known.same + 1 : 1;
  const runs = (known?.runs ?? 0) + 1;
  const shortfall = { from, to, rows, same, runs };
  if (same < SAME_RUNS && runs < MAX_RUNS) return { shortfall, act: 'read-again' };
  return { shortfall: { ...shortfall, since: now }, act: 'tell' };
}

/**
 * Compares the number of rows that came with the number that the vendor had announced, after a read to the end. Throws if the range
 * has to be read again by the next run. What came is delivered in any case.
 *
 * @param left the part of the window that was read. Undefined: all of it
 */
export async function checkAnnounced(run: Run, { total, rows }: Announced, left: Range | undefined): Promise<void> {
  const { effects, feed, lease, progress, conditions } = run;
  const before = lease.item.shortfall;
  const { from, to } = left ?? progress.window;
  const message = `the vendor announced ${total} rows and sent ${rows}`;
  if (total !== rows) {
    const about = { feed: feed.name, from: formatTime(from), to: formatTime(to) };
    effects.log('info', `${feed.name}: ${message}.`, about);
  }
  if (total <= rows) return believeAgain(run, before, total === rows && rows > 0);
  const { shortfall, act } = shortfallPolicy(before, { range: { from, to }, rows, now: effects.now() });
  if (act === 'read-again') {
    progress.leaveOff(progress.unordered ? undefined : left);
    await commitPosition(run, { shortfall });
    throw readAgain(message, { from, to });
  }
  effects.count('TotalMismatch', 1);
  conditions.holds('announced-missing', `${formatTime(from)} to ${formatTime(to)}: ${message}.`, { from, to });
  if (act === 'go-on') return;
  run.notes.day.gap({ from, to });
  await sendSelfEvent(run, { act: 'gap', range: { from, to }, announced: { total, rows } });
  lease.note({ shortfall });
}

/** Forgets a shortfall that was made up for. One that the watermark has passed counts until a range with rows comes in full. */
function believeAgain({ lease, conditions }: Run, before: Shortfall | undefined, isFull: boolean): void {
  if (!before || (before.since !== undefined && !isFull)) return;
  lease.note({ shortfall: undefined });
  conditions.ended('announced-missing');
}

function readAgain(message: string, { from, to }: Range): TidemarkError {
  return new TidemarkError({
    code: 'incomplete',
    stage: 'receiving',
    message: `${formatTime(from)} to ${formatTime(to)}: ${message}.`,
    remedy: `It is read again. After ${SAME_RUNS} runs with equally many rows, or ${MAX_RUNS} in all, the watermark passes it, with a gap event and an alarm.`,
  });
}
