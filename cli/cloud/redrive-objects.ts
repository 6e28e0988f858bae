import { setTimeout as pause } from 'node:timers/promises';
import { type Config, deliveryStreamName, objectPrefix } from '../../functions/core/config/tidemark-config.ts';
import { deliver } from '../../functions/core/delivery/deliver.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { MILLISECOND, MINUTE } from '../../functions/core/time.ts';
import { Firehose } from '../../functions/shell/network/firehose.ts';
import { QUARANTINE_BUCKET } from '../../lib/account/outputs.ts';
import { refusingPairs } from '../commands/put-aside.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { columns } from '../views/columns.ts';
import { clean } from '../views/log-line.ts';
import { CloudAccount } from './account.ts';
import { deployedConfig } from './open-cloud.ts';
import { type PutAside, QuarantineBucket } from './quarantine-bucket.ts';

/** One object is sent again for so long; then it stays, and the next command tries it once more. */
const PATIENCE = 2 * MINUTE;

/** What became of the objects of one stream. */
interface Redriven {
  readonly stream: string;
  objects: number;
  records: number;
  readonly reasons: Map<string, number>;
  readonly problems: string[];
}

/**
 * Sends again what a destination did not take and Firehose has put aside, record by record as it was. An object is removed once
 * all of its records are with Firehose again; what was broken off is sent once more, with the same event ids.
 */
export async function redriveObjects(options: FeedOptions, destination: string): Promise<number> {
  const config = await deployedConfig(options.config);
  const account = new CloudAccount(config.deployment);
  const bucket = new QuarantineBucket(account.clientOptions, await account.output('state', QUARANTINE_BUCKET));
  const firehose = new Firehose(account.clientOptions);
  const results: Redriven[] = [];
  for (const source of sourcesWith(config, destination)) {
    const stream = deliveryStreamName(destination, source, config.deployment.stackPrefix);
    const result: Redriven = { stream, objects: 0, records: 0, reasons: new Map(), problems: [] };
    results.push(result);
    for await (const object of bucket.list(objectPrefix(destination, source))) {
      await sendObject(bucket, firehose, { id: destination, deliveryStream: stream }, object, result);
    }
  }
  process.stdout.write(options.json ? `${JSON.stringify({ streams: results.map(plain) })}\n` : `${say(results)}\n`);
  return results.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

async function sendObject(
  bucket: QuarantineBucket,
  firehose: Firehose,
  destination: { id: string; deliveryStream: string },
  { key }: PutAside,
  result: Redriven,
): Promise<void> {
  try {
    const { records, reasons } = await bucket.read(key);
    const packed = records.map((bytes) => ({ bytes, events: [] }));
    const { failure } = await deliver(effects(firehose), destination, packed, Date.now() * MILLISECOND + PATIENCE);
    if (failure) throw failure;
    await bucket.remove(key);
    result.objects++;
    result.records += records.length;
    for (const [reason, count] of reasons) result.reasons.set(reason, (result.reasons.get(reason) ?? 0) + count);
  } catch (thrown) {
    if (!(thrown instanceof TidemarkError)) throw thrown;
    result.problems.push(`${key} stays: ${thrown.message} ${thrown.remedy}`);
  }
}

function effects(firehose: Firehose) {
  return {
    now: () => Date.now() * MILLISECOND,
    random: Math.random,
    sleep: (time: number) => pause(time / MILLISECOND),
    stopping: () => false,
    put: firehose.put.bind(firehose),
    count: () => undefined,
  };
}

/** The sources whose events go to a destination that can refuse them. */
function sourcesWith(config: Config, destination: string): string[] {
  const pairs = refusingPairs(config);
  const sources = pairs.flatMap(([id, source]) => (id === destination ? [source] : []));
  if (sources.length > 0) return sources;
  const splunk = [...new Set(pairs.map(([id]) => id))];
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `There is no Splunk destination ${JSON.stringify(destination)}.`,
    remedy: splunk.length === 0 ? 'Only Splunk destinations put anything aside.' : `There are: ${splunk.join(', ')}.`,
  });
}

function plain({ stream, objects, records, reasons, problems }: Redriven): object {
  return { stream, objects, records, reasons: Object.fromEntries(reasons), problems };
}

function say(results: readonly Redriven[]): string {
  const rows = results.map(({ stream, objects, records, reasons }) => [
    stream,
    objects,
    records,
    [...reasons].map(([reason, count]) => `${reason} (${count})`).join(', ') || '-',
  ]);
  const problems = results.flatMap(({ problems }) => problems.map((problem) => `  ${clean(problem)}`));
  return [columns(['stream', 'objects', 'records sent again', 'had been refused for'], rows), ...problems].join('\n');
}
