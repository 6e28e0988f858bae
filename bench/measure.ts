import type { Source } from '../functions/core/model.ts';
import { HOUR } from '../functions/core/time.ts';
import { cadence } from '../lib/plan/plan-schedules.ts';
import { type Costs, rounded, sum, times } from '../tools/cost/costs.ts';
import { exampleSources } from '../tools/cost/example-sources.ts';
import type { Measured, StreamCosts } from '../tools/cost/measured.ts';
import { type Played, play, type Stored, type Used } from './play.ts';

/** Hours played: enough for everything hourly, and for the verification of the day before. */
const USUAL = { hoursBefore: 2, hours: 3 };
/** Hours played for hourly streams: their first runs take longer to catch up. */
const SELDOM = { hoursBefore: 10, hours: 3 };
const HOURS_A_DAY = 24;
/** Events a day in each log of the vendor: some, and many. */
export const SOME = 2_880;
export const MANY = 57_600;

type OfSources = Pick<Measured, 'streams' | 'shared' | 'metrics'>;

/** Measures everything that the cost calculation needs to know about these sources. */
export async function measure(sources: readonly Source[], say: (line: string) => void): Promise<Measured> {
  const measured: OfSources[] = [];
  for (const source of sources) measured.push(await measureSource(source, say));
  // A source with a single stream shows best what one stream uses. One of the examples: a new source changes nothing in them.
  const simple = exampleSources(sources).toSorted((one, other) => one.streams.length - other.streams.length)[0];
  if (!simple) throw new Error('None of the measured sources is in tidemark.example.json.');
  const [some, many] = [await playUsual(simple, SOME), await playUsual(simple, MANY)];
  const quiet = logged(await play({ ...USUAL, source: simple, eventsPerDay: SOME, logLevel: 'warn' })) / logged(some);
  return {
    ...merged(measured),
    census: censusOf(some.byKind.census),
    quietLogs: Math.round(quiet * 100) / 100,
    seen: seenOf(some, many),
    kept: keptOf(some),
  };
}

/** Measures one source, and keeps what was measured of the others. */
export async function measureAgain(before: Measured, source: Source, say: (line: string) => void): Promise<Measured> {
  const others = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => name.split('/')[0] !== source.id));
  const { streams, shared, metrics } = before;
  const kept = { streams: others(streams), shared: others(shared), metrics: others(metrics) };
  return { ...before, ...merged([kept, await measureSource(source, say)]) };
}

function merged(parts: readonly OfSources[]): OfSources {
  return {
    streams: bySource(parts.map(({ streams }) => streams)),
    shared: bySource(parts.map(({ shared }) => shared)),
    metrics: bySource(parts.map(({ metrics }) => metrics)),
  };
}

/** Sorted by source, so that it does not matter which was measured last. The streams of a source keep their order. */
function bySource<T>(parts: readonly Readonly<Record<string, T>>[]): Record<string, T> {
  const sourceOf = ([name]: [string, T]) => name.split('/')[0] ?? '';
  const entries = parts.flatMap((part) => Object.entries(part));
  return Object.fromEntries(
    entries.toSorted((one, other) => (sourceOf(one) < sourceOf(other) ? -1 : sourceOf(one) > sourceOf(other) ? 1 : 0)),
  );
}

async function measureSource(source: Source, say: (line: string) => void): Promise<OfSources> {
  const streams: Record<string, StreamCosts> = {};
  for (const { name } of source.streams) {
    streams[`${source.id}/${name}`] = streamCosts(await playUsual(source, 0, name));
    say(`${source.id}/${name} ${JSON.stringify(streams[`${source.id}/${name}`])}`);
  }
  const idle = await playUsual(source, 0);
  const shared = sharedBy(source, idle, streams);
  const metrics = { idle: metricsAtATime(idle), busy: metricsAtATime(await playUsual(source, SOME)) };
  say(`${source.id} ${JSON.stringify({ ...shared, ...metrics })}`);
  return { streams, shared: { [source.id]: shared }, metrics: { [source.id]: metrics } };
}

/** Plays a source for as long as it is measured: one of its streams, or all that are enabled. */
export function playUsual(source: Source, eventsPerDay: number, stream?: string): Promise<Played> {
  const isSeldom = source.streams.some(({ name, every }) => name === stream && every >= HOUR);
  const only = stream !== undefined && { stream };
  return play({ ...(isSeldom ? SELDOM : USUAL), source, eventsPerDay, ...only });
}

function streamCosts({ byKind }: Played): StreamCosts {
  const runs = Object.keys(byKind).filter((kind) => kind.startsWith('run'));
  if (runs.length !== 1) throw new Error(`Wanted one kind of run, there are ${Object.keys(byKind).join(', ')}.`);
  const verifyDay = verifyDayOf(byKind);
  return { run: average(byKind[runs[0] as string]), ...(verifyDay && { verifyDay }) };
}

/** In a day, one or a few verifications do the work, and the others find it done. */
export function verifyDayOf({ verify, 'verify done': done }: Played['byKind']): Costs | undefined {
  if (!verify && !done) return undefined;
  const worked = verify?.invocations ?? 0;
  return rounded(sum([times(average(verify), worked), times(average(done), HOURS_A_DAY - worked)]));
}

/** What its streams do once when they run together. */
function sharedBy(source: Source, { byKind }: Played, streams: Readonly<Record<string, StreamCosts>>) {
  const enabled = source.streams.filter((stream) => stream.enabled);
  const costsOf = (name: string) => streams[`${source.id}/${name}`] as StreamCosts;
  // Of the streams that run together, those that run most often: they cost the most.
  const [often = []] = [...Map.groupBy(enabled, ({ every }) => every)]
    .toSorted(([one], [other]) => one - other)
    .flatMap(([, group]) => (group.length > 1 ? [group] : []));
  const runs = often.map(({ name }) => costsOf(name).run);
  const verified = enabled.flatMap(({ name }) => costsOf(name).verifyDay ?? []);
  return {
    run: saved(runs, average(byKind[`run every ${cadence(often[0]?.every ?? 0)}`])),
    verifyDay: saved(verified, verifyDayOf(byKind)),
  };
}

function saved(alone: readonly Costs[], together: Costs | undefined): Costs {
  const others = alone.length - 1;
  return others < 1 || !together ? times(sum([]), 0) : rounded(times(sum([...alone, times(together, -1)]), 1 / others));
}

export function average(used: Used | undefined): Costs {
  return used ? rounded(times(sum([used]), 1 / used.invocations)) : sum([]);
}

/** What a census uses for its one feed. What it does besides, with the list of known connections, is computed. */
function censusOf(used: Used | undefined): Costs {
  const { reads, ...costs } = average(used);
  return { ...costs, reads: Math.round(reads - 1), writes: 0, tableCalls: Math.floor(costs.tableCalls - 1) };
}

function logged({ byKind }: Played): number {
  return Object.values(byKind).reduce((all, { logBytes }) => all + logBytes, 0);
}

/** A metric that is written every hour counts as one; one that is written once a day counts as a twenty-fourth. */
function metricsAtATime({ metricHours }: Played): number {
  const hours = Object.values(metricHours).map((count) => (count === USUAL.hours ? 1 : count / HOURS_A_DAY));
  return Math.round(hours.reduce((all, one) => all + one, 0) * 100) / 100;
}

/** Bytes of an item and of a key, derived from two measurements with few and with many keys an item. */
function seenOf({ stored: { seen: few } }: Played, { stored: { seen: many } }: Played): Measured['seen'] {
  if (!few || !many) throw new Error('Nothing was remembered.');
  const [bytes, keys] = [perItem(few.bytes, few), perItem(few.keys, few)];
  const keyBytes = (perItem(many.bytes, many) - bytes) / (perItem(many.keys, many) - keys);
  return { itemBytes: Math.round(bytes - keyBytes * keys), keyBytes: Math.round(keyBytes) };
}

function perItem(whole: number, { items }: Stored): number {
  return whole / items;
}

function keptOf({ stored: { checkpoint, state, ledger, verify } }: Played): Measured['kept'] {
  if (!checkpoint || !state || !ledger || !verify) throw new Error('Something is missing in the table.');
  return {
    feed: checkpoint.bytes + state.bytes,
    ledgerDay: Math.round(ledger.bytes / ledger.items),
    verifyDay: Math.round(verify.bytes / verify.items),
  };
}
