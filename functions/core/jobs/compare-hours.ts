import type { Run } from '../reading/run.ts';
import { KeySet } from '../state/seen.ts';
import { DigestSum, seenHours } from '../state/seen-hours.ts';
import { type Digest, dayOf } from '../stored/ledger-row.ts';
import { bucketOf, type SeenChunk } from '../stored/seen-chunk.ts';
import type { VerifiedStep } from '../stored/verified-step.ts';
import { type Duration, HOUR, type Instant, type Range } from '../time.ts';
import type { Findings, Missing } from './collect.ts';

/** What was found of the hours of one step. */
interface Counts {
  vendor: number;
  missing: number;
  extra: number;
  changed: number;
  /** What of the vendor's could not be compared. */
  unknown: number;
  by: 'keys' | 'ledger';
  unsure: boolean;
  note?: string;
}

/**
 * Compares what the vendor has with what was delivered, step by step. What the vendor has changed since is taken out of what is
 * missing; so is what can only be counted, for nobody can tell which of its events are missing.
 */
export async function compareHours(
  run: Run,
  findings: Findings,
  range: Range,
  step: Duration,
  seenFor: Duration,
): Promise<VerifiedStep[]> {
  // Where the vendor's range is not about the rows' times, no hour of theirs is known in full.
  if (run.feed.stream.rangeIgnoresRowTime) return [await vagueStep(run, findings, range, seenFor)];
  const steps: VerifiedStep[] = [];
  for (let from = range.from; from < range.to; from += step) {
    const counts: Counts = { vendor: 0, missing: 0, extra: 0, changed: 0, unknown: 0, by: 'keys', unsure: false };
    for (let hour = from; hour < from + step; hour += HOUR) await compareHour(run, findings, hour, seenFor, counts);
    if (from === range.from) addStrays(findings, range, counts);
    steps.push(stepOf({ from, to: from + step }, counts));
  }
  return steps;
}

function stepOf(range: Range, { unknown, unsure, note, ...counts }: Counts): VerifiedStep {
  const { vendor, missing, changed } = counts;
  const delivered = vendor - missing - changed - unknown;
  const remark = note === undefined ? {} : { note, ...(unsure && { unsure }) };
  return { ...range, ...counts, delivered, repaired: 0, ...remark };
}

async function compareHour(
  run: Run,
  findings: Findings,
  hour: Instant,
  seenFor: Duration,
  counts: Counts,
): Promise<void> {
  const bucket = bucketOf(hour);
  // The keys of the hour's first events expire first.
  if (hour <= run.effects.now() - seenFor) return await compareSums(run, findings, hour, counts);
  const met = findings.met.get(bucket);
  counts.vendor += findings.wantedIn(bucket);
  const undelivered = findings.missingByBucket.get(bucket) ?? 0;
  let changed = 0;
  for await (const { keys, chunks } of seenHours(run.effects, run.feed.name, bucket, bucket)) {
    let extra = 0;
    for (const [high, low] of keys) if (!met?.has(high, low)) extra++;
    if (extra > 0)
      changed = takeChanged(
        findings,
        bucket,
        extraLikenesses(chunks, (key) => (met?.get(key) ?? 0) === 0),
      );
    counts.extra += extra - changed;
  }
  counts.changed += changed;
  counts.missing += undelivered - changed;
}

/** The stableHashes of what was delivered and is no longer there, each key once. */
function extraLikenesses(chunks: readonly SeenChunk[], isExtra: (key: Uint8Array) => boolean): Map<string, number> {
  const counts = new Map<string, number>();
  const counted = new Set<string>();
  for (const { keys, stableHashes } of chunks) {
    if (!stableHashes) continue;
    for (let at = 0; at + 8 <= keys.length; at += 8) {
      const key = keys.subarray(at, at + 8);
      const name = Buffer.from(key).toString('hex');
      if (!isExtra(key) || counted.has(name)) continue;
      counted.add(name);
      const stableFields = Buffer.from(stableHashes.subarray(at / 2, at / 2 + 4)).toString('hex');
      counts.set(stableFields, (counts.get(stableFields) ?? 0) + 1);
    }
  }
  return counts;
}

/** Takes those out of what is missing that are like something which was delivered and is no longer there; says how many. */
function takeChanged(findings: Findings, bucket: string, extras: Map<string, number>): number {
  const isChanged = ({ address }: Missing): boolean => {
    const { stableHash } = address;
    if (address.bucket !== bucket || !stableHash) return false;
    const name = Buffer.from(stableHash).toString('hex');
    const left = extras.get(name) ?? 0;
    if (left === 0) return false;
    extras.set(name, left - 1);
    return true;
  };
  const before = findings.missing.length;
  findings.missing = findings.missing.filter((missing) => !isChanged(missing));
  return before - findings.missing.length;
}

/** Where the keys have expired, the ledger's counts and digests are compared: they tell that something is missing, not what. */
async function compareSums(run: Run, findings: Findings, hour: Instant, counts: Counts): Promise<void> {
  const bucket = bucketOf(hour);
  const met = findings.met.get(bucket) ?? new KeySet();
  findings.missing = findings.missing.filter(({ address }) => address.bucket !== bucket);
  const day = dayOf(hour);
  const [row] = await run.effects.loadLedger(run.feed.name, day, day);
  const nothing = new DigestSum().total;
  counts.by = 'ledger';
  const wanted = findings.wantedIn(bucket);
  counts.vendor += wanted;
  if (!row) {
    counts.unknown += wanted;
    counts.unsure = true;
    counts.note = 'cannot be compared: the keys have expired, and the ledger has no row of this day';
    return;
  }
  const known = row.hours.find((one) => one.hour === bucket);
  // Of one destination's events another one may have more: what each of them lacks is counted by itself.
  const lacks = run.destinations.map(({ id }, at) => {
    const due = sumOf(met, 1 << at);
    const got = known?.destinations[id] ?? nothing;
    return { events: due.events - got.events, exchanged: due.events === got.events && due.digest !== got.digest };
  });
  counts.missing += Math.max(0, ...lacks.map(({ events }) => events));
  counts.extra += Math.max(0, ...lacks.map(({ events }) => -events));
  const isExchanged = lacks.some(({ exchanged }) => exchanged);
  counts.unsure ||= isExchanged;
  if (isExchanged) counts.note = 'as many events, but not the same ones';
  counts.note ??= 'by counts and digests: the keys of these events have expired';
}

/** What the destinations of these bits should have. */
function sumOf(keys: KeySet, bits: number): Digest {
  const sum = new DigestSum();
  for (const [high, low, wanted] of keys) if ((wanted & bits) !== 0) sum.add(high, low);
  return sum.total;
}

/** Rows without a usable time, or with one from outside the range, are shown with the first step. */
function addStrays(findings: Findings, range: Range, counts: Counts): void {
  const [first, last] = [bucketOf(range.from), bucketOf(range.to - 1)];
  for (const [bucket, wanted] of findings.wanted) {
    if (bucket >= first && bucket <= last) continue;
    counts.vendor += wanted;
    counts.missing += findings.missingByBucket.get(bucket) ?? 0;
  }
}

async function vagueStep(run: Run, findings: Findings, range: Range, seenFor: Duration): Promise<VerifiedStep> {
  let [vendor, missing] = [0, 0];
  for (const wanted of findings.wanted.values()) vendor += wanted;
  const step = { ...range, repaired: 0 };
  if (range.from <= run.effects.now() - seenFor) {
    findings.missing = [];
    const note = 'cannot be compared: the keys of these events have expired, and its hours do not add up';
    return { ...step, vendor, delivered: 0, missing: 0, changed: 0, by: 'ledger', note, unsure: true };
  }
  let changed = 0;
  for (const [bucket, count] of findings.missingByBucket) {
    missing += count;
    // Hours that were asked for as a whole, such as those of whole days, can tell what is no longer there.
    if (run.feed.stream.windowStep === undefined || bucket < bucketOf(range.from) || bucket > bucketOf(range.to - 1))
      continue;
    const met = findings.met.get(bucket);
    for await (const { chunks } of seenHours(run.effects, run.feed.name, bucket, bucket)) {
      const extras = extraLikenesses(chunks, (key) => (met?.get(key) ?? 0) === 0);
      changed += takeChanged(findings, bucket, extras);
    }
  }
  return { ...step, vendor, delivered: vendor - missing, missing: missing - changed, changed, by: 'keys' };
}
