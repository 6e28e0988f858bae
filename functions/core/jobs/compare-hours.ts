import type { PageRun } from '../reading/run.ts';
import { loadCounted } from '../state/day-rows.ts';
import { DigestSum } from '../state/digest-sum.ts';
import { KeySet } from '../state/key-set.ts';
import { seenHours } from '../state/seen-hours.ts';
import { type Digest, dayOf, type LedgerHour } from '../stored/ledger-row.ts';
import { bucketOf, type StoredChunk } from '../stored/seen-chunk.ts';
import type { VerifiedStep } from '../stored/verified-step.ts';
import { type Duration, HOUR, type Instant, type Range } from '../time.ts';
import type { Findings, MissingEvent } from './collect.ts';

/** The vendor's events, to be compared with the delivered ones. */
export interface VendorHours {
  readonly run: PageRun;
  readonly findings: Findings;
  readonly range: Range;
  /** How long the keys of delivered events are kept. */
  readonly seenFor: Duration;
}

/** The length of the day in the name of an hour: `2026-01-10T08`. */
const DAY_LENGTH = 10;

/** The counts of one step. */
interface Counts {
  vendor: number;
  missing: number;
  extra: number;
  changed: number;
  /** Events of the vendor that could not be compared. */
  unknown: number;
  by: 'keys' | 'ledger';
  unsure: boolean;
  note?: string;
}

/**
 * Compares the vendor's events with the delivered ones, step by step. Removes from the missing events held for a repair those
 * that the vendor has changed since, and those of which only the number is known.
 */
export async function compareHours(hours: VendorHours, step: Duration): Promise<VerifiedStep[]> {
  const { run, findings, range } = hours;
  // If the vendor's range is not about the rows' times, no hour is known in full.
  if (run.feed.stream.rangeIgnoresRowTime) return [await compareWhole(hours)];
  const steps: VerifiedStep[] = [];
  for (let from = range.from; from < range.to; from += step) {
    const counts: Counts = { vendor: 0, missing: 0, extra: 0, changed: 0, unknown: 0, by: 'keys', unsure: false };
    for (let hour = from; hour < from + step; hour += HOUR) await compareHour(hours, hour, counts);
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

async function compareHour(hours: VendorHours, hour: Instant, counts: Counts): Promise<void> {
  const { run, findings, seenFor } = hours;
  const bucket = bucketOf(hour);
  // The keys of the hour's first events expire first.
  if (hour <= run.effects.now() - seenFor) return await compareSums(hours, hour, counts);
  if (await haveExpired(hours, bucket)) return await compareSums(hours, hour, counts);
  const vendorKeys = findings.vendorKeys.get(bucket);
  counts.vendor += findings.wantedIn(bucket);
  const undelivered = findings.missingByBucket.get(bucket) ?? 0;
  let changed = 0;
  const asked = { from: bucket, to: bucket, stableHashes: true };
  for await (const { keys, chunks } of seenHours(run.effects, run.feed.name, asked)) {
    let extra = 0;
    for (const [high, low] of keys) if (!vendorKeys?.has(high, low)) extra++;
    if (extra > 0) changed = takeChanged(findings, bucket, extraStableHashes(chunks, vendorKeys));
    counts.extra += extra - changed;
  }
  counts.changed += changed;
  counts.missing += undelivered - changed;
}

/**
 * Whether keys of an hour have expired earlier than they would now, because they were to be kept for a shorter time when they were
 * written: the ledger has counted more of them. Only asked where events are missing.
 */
async function haveExpired(
  { run: { effects, feed }, findings }: Pick<VendorHours, 'run' | 'findings'>,
  bucket: string,
): Promise<boolean> {
  if ((findings.missingByBucket.get(bucket) ?? 0) === 0) return false;
  const day = bucket.slice(0, DAY_LENGTH);
  const [row] = await effects.loadLedger(feed.name, day, day);
  const counted = row?.hours.find(({ hour }) => hour === bucket)?.events ?? 0;
  if (counted === 0) return false;
  let left = 0;
  for await (const { keys } of seenHours(effects, feed.name, { from: bucket, to: bucket })) left += keys.size;
  return left < counted;
}

/** The stable hashes of delivered events that the vendor no longer has, with their number. Each key counts once. */
function extraStableHashes(chunks: readonly StoredChunk[], vendorKeys: KeySet | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  const counted = new Set<string>();
  for (const { keys, stableHashes } of chunks) {
    if (!stableHashes) continue;
    for (let at = 0; at + 8 <= keys.length; at += 8) {
      const key = keys.subarray(at, at + 8);
      const name = Buffer.from(key).toString('hex');
      if ((vendorKeys?.get(key) ?? 0) !== 0 || counted.has(name)) continue;
      counted.add(name);
      const stableHash = Buffer.from(stableHashes.subarray(at / 2, at / 2 + 4)).toString('hex');
      counts.set(stableHash, (counts.get(stableHash) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * Removes from the findings the missing events that are changed versions of delivered ones: they have the stable hash of a
 * delivered event that the vendor no longer has. Returns their number.
 */
function takeChanged(findings: Findings, bucket: string, extras: Map<string, number>): number {
  const isChanged = ({ address }: MissingEvent): boolean => {
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

/** Compares with the ledger's counts and digests, where the keys have expired. They show that events are missing, but not which. */
async function compareSums({ run, findings }: VendorHours, hour: Instant, counts: Counts): Promise<void> {
  const bucket = bucketOf(hour);
  const vendorKeys = findings.vendorKeys.get(bucket) ?? new KeySet();
  findings.missing = findings.missing.filter(({ address }) => address.bucket !== bucket);
  const day = dayOf(hour);
  const row = await loadCounted(run.effects, run.feed.name, day);
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
  // One destination may have more events than another, so the missing events are counted for each destination.
  const lacks = run.destinations.map(({ id }, at) => lackOf(sumOf(vendorKeys, 1 << at), known, id));
  counts.missing += Math.max(0, ...lacks.map(({ events }) => events));
  counts.extra += Math.max(0, ...lacks.map(({ events }) => -events));
  const isExchanged = lacks.some(({ exchanged }) => exchanged);
  counts.unsure ||= isExchanged;
  if (isExchanged) counts.note = 'as many events, but not the same ones';
  counts.note ??= 'by counts and digests: the keys of these events have expired';
}

/** The number of events that a destination lacks in an hour, and whether it has the same number of other events. */
function lackOf(due: Digest, known: LedgerHour | undefined, destination: string) {
  const delivered = known?.destinations[destination] ?? new DigestSum().total;
  return {
    events: due.events - delivered.events,
    exchanged: due.events === delivered.events && due.digest !== delivered.digest,
  };
}

/** The number and digest of the events that the destinations of these bits should have. */
function sumOf(keys: KeySet, bits: number): Digest {
  const sum = new DigestSum();
  for (const [high, low, wanted] of keys) if ((wanted & bits) !== 0) sum.add(high, low);
  return sum.total;
}

/** Adds the rows without a usable time, or with one outside the range. They are shown with the first step. */
function addStrays(findings: Findings, range: Range, counts: Counts): void {
  const [first, last] = [bucketOf(range.from), bucketOf(range.to - 1)];
  for (const [bucket, wanted] of findings.wanted) {
    if (bucket >= first && bucket <= last) continue;
    counts.vendor += wanted;
    counts.missing += findings.missingByBucket.get(bucket) ?? 0;
  }
}

/** Compares a range as one step, without its hours. */
async function compareWhole({ run, findings, range, seenFor }: VendorHours): Promise<VerifiedStep> {
  const { effects, feed } = run;
  let [vendor, missing] = [0, 0];
  for (const wanted of findings.wanted.values()) vendor += wanted;
  const step = { ...range, repaired: 0 };
  let isExpired = range.from <= effects.now() - seenFor;
  for (const bucket of findings.missingByBucket.keys()) isExpired ||= await haveExpired({ run, findings }, bucket);
  if (isExpired) {
    findings.missing = [];
    const note = 'cannot be compared: the keys of these events have expired, and its hours do not add up';
    return { ...step, vendor, delivered: 0, missing: 0, changed: 0, by: 'ledger', note, unsure: true };
  }
  let changed = 0;
  for (const [bucket, count] of findings.missingByBucket) {
    missing += count;
    // Only hours that were read completely, such as those of whole days, show which events the vendor no longer has.
    if (feed.stream.windowStep === undefined || bucket < bucketOf(range.from) || bucket > bucketOf(range.to - 1))
      continue;
    const vendorKeys = findings.vendorKeys.get(bucket);
    const asked = { from: bucket, to: bucket, stableHashes: true };
    for await (const { chunks } of seenHours(effects, feed.name, asked)) {
      changed += takeChanged(findings, bucket, extraStableHashes(chunks, vendorKeys));
    }
  }
  return { ...step, vendor, delivered: vendor - missing, missing: missing - changed, changed, by: 'keys' };
}
