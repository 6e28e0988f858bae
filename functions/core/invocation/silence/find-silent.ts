import type { Effects } from '../../effects.ts';
import type { Source } from '../../model.ts';
import { RETRIES, retry } from '../../retry.ts';
import { dayOf, type LedgerRow } from '../../stored/ledger-row.ts';
import { type Duration, formatDuration, formatTime, type Instant, SECOND } from '../../time.ts';
import type { ConfiguredFeeds, QuietFeed } from '../census.ts';
import { MEASURED, type Silence, silenceOf } from './rhythm.ts';

/** A feed that is read well and has had no events for much longer than usual. */
export interface SilentFeed {
  readonly feed: string;
  readonly since: string;
  /** The longest pause that it had before. */
  readonly usual: string;
}

/** A feed that went silent, before that is told. */
export interface FallenSilent extends Silence {
  readonly connection: string;
  readonly stream: string;
  /** Up to when it was read. */
  readonly readUntil: Instant;
}

/** Inputs of the search for silent feeds. */
interface Search {
  readonly effects: Effects;
  readonly source: Source;
  readonly configured: ConfiguredFeeds;
  /** The feeds of which the census has seen no delivered event. Only these are looked at closer. */
  readonly quiet: readonly QuietFeed[];
  /** How long it is remembered what was told. A longer silence was told before. */
  readonly seenFor: Duration;
  /** Tells the SIEM, which it is told once for each silence. */
  tell(silent: FallenSilent): Promise<boolean>;
}

/** Compares the quiet feeds with their own past, as the ledger knows it: with one read for each. */
export async function findSilentFeeds(search: Search): Promise<SilentFeed[]> {
  const { effects, source, configured, quiet, seenFor } = search;
  const silent: SilentFeed[] = [];
  for (const [connection, streams] of Object.entries(configured)) {
    for (const stream of Object.keys(streams)) {
      const feed = `${source.id}/${stream}/${connection}`;
      const readUntil = quiet.find((one) => one.feed === feed)?.readUntil;
      const found = readUntil !== undefined && silenceOf(await rowsBefore(effects, feed, readUntil), readUntil);
      if (!found) continue;
      silent.push({ feed, since: formatTime(found.since), usual: formatDuration(found.usual) });
      if (effects.now() - found.since < seenFor) await search.tell({ connection, stream, readUntil, ...found });
    }
  }
  if (silent.length > 0) effects.log('warn', `${silent.length} feeds have gone silent.`, { silent });
  return silent;
}

async function rowsBefore(effects: Effects, feed: string, end: Instant): Promise<readonly LedgerRow[]> {
  const endBy = effects.now() + effects.remainingTime() - SECOND;
  return await retry(effects, RETRIES.table, endBy, () => effects.loadLedger(feed, dayOf(end - MEASURED), dayOf(end)));
}
