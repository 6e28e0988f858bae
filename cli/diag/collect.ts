import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { readConfig } from '../../local/configuration.ts';
import { preparePlaces, readSecrets } from '../../local/world.ts';
import { examine } from '../doctor/examine.ts';
import { lookAt } from '../feeds/look-at.ts';
import { open } from '../feeds/open.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { rangeOf } from '../feeds/range.ts';
import { describeMachine } from './machine.ts';
import { summarizeConfig } from './summarize-config.ts';
import { summarizeFeed } from './summarize-feed.ts';

export interface DiagOptions extends FeedOptions {
  /** Whether the vendors are asked, too. */
  readonly withDoctor: boolean;
}

/** The days of the ledger that are in a report. */
const LEDGER = '7d';

const NOTE =
  'Made for a bug report. It holds no secret and no event: messages are left out, because they may quote what a vendor answered.';

/** Everything of a bug report. What cannot be found out is named with the code of its error. */
export async function collect(options: DiagOptions): Promise<object> {
  const config = await attempt(async () => await readConfig(options.config, await findSources()));
  const feeds = await attempt(async () => await lookAtFeeds(options));
  return {
    note: NOTE,
    made: new Date().toISOString(),
    place: options.cloud ? 'deployment' : 'this machine',
    versions: await describeMachine(),
    configuration: isFailure(config) ? config : config ? summarizeConfig(config) : 'none: the shipped simulators',
    feeds,
    ...(options.cloud && { alarms: await attempt(async () => await alarmsOf(config)) }),
    doctor: options.withDoctor ? await attempt(async () => await listChecks(options)) : 'not asked for: --with-doctor',
  };
}

async function lookAtFeeds(options: DiagOptions): Promise<object> {
  const opened = await open(options);
  try {
    const { looks, left } = await lookAt(opened, rangeOf({ since: LEDGER }, new Date()));
    return {
      feeds: looks.map(summarizeFeed),
      left: left.map(({ feed, since, watermark }) => ({ feed, since, watermark })),
    };
  } finally {
    await opened.close();
  }
}

async function alarmsOf(config: Config | undefined | Failure): Promise<object> {
  if (!config || isFailure(config)) return [];
  const { listAlarms } = await import('../doctor/cloud/alarms.ts');
  return (await listAlarms(config.deployment)).map(({ name, state, since }) => ({ name, state, since }));
}

/** The list without what was found: that quotes vendors. */
async function listChecks(options: DiagOptions): Promise<object> {
  const checks = await examine({ ...options, json: true });
  return checks.map(({ subject, check, ok, remedy }) => ({ subject, check, ok, remedy }));
}

/** The failure of a part of a report. */
interface Failure {
  readonly failed: string;
  /** The places in a configuration that are wrong. */
  readonly at?: readonly string[];
}

function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'failed' in value;
}

async function attempt<T>(work: () => Promise<T>): Promise<T | Failure> {
  try {
    return await work();
  } catch (thrown) {
    // A message about a configuration quotes it, and somebody may have put a secret there. Its places are names of ours.
    if (!(thrown instanceof TidemarkError)) return { failed: (thrown as Error).name };
    const at = thrown.message.match(/\$(\.[A-Za-z]+|\[\d+\])+/g) ?? undefined;
    return { failed: thrown.code, ...(at && { at }) };
  }
}

/** The secrets that are known here, to make sure that a report holds none of them. */
export async function knownSecrets({ state, out, secrets }: FeedOptions): Promise<string[]> {
  const values = await readSecrets(await preparePlaces(state, out, secrets));
  return Object.values(values).flatMap(textsIn);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsIn);
}
