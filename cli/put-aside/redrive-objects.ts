import { setTimeout as pause } from 'node:timers/promises';
import { deliveryStreamName, objectPrefix } from '../../functions/core/config/destination.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { deliver } from '../../functions/core/delivery/deliver.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { clean } from '../../functions/core/events/excerpt.ts';
import { MILLISECOND, MINUTE } from '../../functions/core/time.ts';
import type { RefusedRecords } from '../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import type { Firehose } from '../../functions/shell/network/firehose.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { columns } from '../views/columns.ts';
import { showProgress } from '../views/progress/show-progress.ts';
import { print, printJson } from '../views/terminal.ts';
import { TYPES_THAT_REFUSE } from '../views/type-titles.ts';
import { type RefusingPair, refusingPairs } from './list-put-aside.ts';
import { openPutAside } from './open-put-aside.ts';
import type { PutAsideObjects } from './put-aside-objects.ts';

/** How long sending one object is tried. After that it stays where it is, for the next command. */
const PATIENCE = 2 * MINUTE;

/** The result for the objects of one stream. */
interface Redriven {
  readonly stream: string;
  objects: number;
  records: number;
  readonly reasons: Map<string, number>;
  readonly problems: string[];
}

/**
 * Sends again what a destination did not take and Firehose has put aside: record by record, unchanged. An object is removed after
 * Firehose has taken all of its records. An interrupted object is sent again as a whole, with the same event ids.
 */
export async function redriveObjects(options: FeedOptions, destination: string): Promise<number> {
  const opened = await openPutAside(options);
  try {
    const results = await redriveAll(opened, options, destination);
    if (options.json) printJson({ streams: results.map(plain) });
    else print(say(results));
    return results.every(({ problems }) => problems.length === 0) ? 0 : 1;
  } finally {
    await opened.close();
  }
}

async function redriveAll(
  { config, objects, firehose, streamPrefix }: Awaited<ReturnType<typeof openPutAside>>,
  options: FeedOptions,
  destination: string,
): Promise<Redriven[]> {
  const results: Redriven[] = [];
  // How many objects there are is known when the last one has been listed.
  const progress = showProgress({ title: 'redrive', unit: 'objects', parts: 0, json: options.json });
  for (const { source, records } of pairsWith(config, destination)) {
    const stream = deliveryStreamName(destination, source, streamPrefix);
    const result: Redriven = { stream, objects: 0, records: 0, reasons: new Map(), problems: [] };
    results.push(result);
    for await (const { key } of objects.list(objectPrefix(destination, source))) {
      await sendObject(
        { objects, firehose, records, destination: { id: destination, deliveryStream: stream } },
        key,
        result,
      );
      progress.note(key, { added: 1 });
    }
  }
  progress.end();
  return results;
}

/** Where the objects of one stream are, how they are written, and where their records go. */
interface Way {
  readonly objects: PutAsideObjects;
  readonly firehose: Firehose;
  readonly records: RefusedRecords;
  readonly destination: { readonly id: string; readonly deliveryStream: string };
}

async function sendObject(way: Way, key: string, result: Redriven): Promise<void> {
  const { objects, firehose, destination } = way;
  try {
    const { records, reasons } = await objects.read(key, way.records);
    const packed = records.map((bytes) => ({ bytes, events: [] }));
    const { failure } = await deliver(effects(firehose), destination, packed, Date.now() * MILLISECOND + PATIENCE);
    if (failure) throw failure;
    await objects.remove(key);
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

/** A destination that can refuse records, with each source that sends to it. */
function pairsWith(config: Config, destination: string): RefusingPair[] {
  const all = refusingPairs(config, DESTINATION_TYPES);
  const pairs = all.filter((pair) => pair.destination === destination);
  if (pairs.length > 0) return pairs;
  const refusing = [...new Set(all.map((pair) => pair.destination))];
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `There is no ${TYPES_THAT_REFUSE} destination ${JSON.stringify(destination)}.`,
    remedy:
      refusing.length === 0
        ? `Only ${TYPES_THAT_REFUSE} destinations put anything aside.`
        : `There are: ${refusing.join(', ')}.`,
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
