import { objectPrefix } from '../../functions/core/config/destination.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { type DestinationType, type RefusedRecords, typeOf } from '../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { QUARANTINE_BUCKET } from '../../lib/account/outputs.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { readConfig } from '../../local/configuration.ts';
import { preparePlaces } from '../../local/world.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { columns } from '../views/columns.ts';
import type { PutAsideObjects } from './put-aside-objects.ts';

/** Objects that Firehose has put aside of one source's events for one destination. */
interface PutAsideLook {
  readonly destination: string;
  readonly source: string;
  readonly objects: number;
  readonly bytes: number;
  /** When the oldest object was written. */
  readonly since?: string;
}

/** What destinations did not take. Undefined if no destination can refuse anything. */
export async function listPutAside(options: FeedOptions): Promise<PutAsideLook[] | undefined> {
  if (!options.cloud) return await listHere(options);
  const { deployedConfig } = await import('../cloud/open-cloud.ts');
  return await listPutAsideOf(await deployedConfig(options.config));
}

async function listHere(options: FeedOptions): Promise<PutAsideLook[] | undefined> {
  const config = await readConfig(options.config, await findSources());
  const pairs = config ? refusingPairs(config, DESTINATION_TYPES) : [];
  if (pairs.length === 0) return undefined;
  const { PutAsideFolder } = await import('./put-aside-folder.ts');
  const { out } = await preparePlaces(options.state, options.out, options.secrets);
  const folder = new PutAsideFolder(out);
  return await Promise.all(pairs.map((pair) => lookAt(folder, pair)));
}

/** The same for a deployment whose configuration has been read. */
export async function listPutAsideOf(config: Config): Promise<PutAsideLook[] | undefined> {
  const pairs = refusingPairs(config, DESTINATION_TYPES);
  if (pairs.length === 0) return undefined;
  const { CloudAccount } = await import('../cloud/account.ts');
  const { QuarantineBucket } = await import('../cloud/buckets/quarantine-bucket.ts');
  const account = new CloudAccount(config.deployment);
  const bucket = new QuarantineBucket(account.clientOptions, await account.output('state', QUARANTINE_BUCKET));
  return await Promise.all(pairs.map((pair) => lookAt(bucket, pair)));
}

/** A destination whose refused records are put aside, and a source that sends to it. */
export interface RefusingPair {
  readonly destination: string;
  readonly source: string;
  readonly records: RefusedRecords;
}

/** Each destination that can refuse records, with each source that sends to it. */
export function refusingPairs(
  { connections, destinations }: Config,
  destinationTypes: readonly DestinationType[],
): RefusingPair[] {
  const sources = [...new Set(connections.map(({ source }) => source))];
  return destinations.flatMap((destination) => {
    const { refused: records } = typeOf(destinationTypes, destination);
    return records ? sources.map((source) => ({ destination: destination.id, source, records })) : [];
  });
}

async function lookAt(all: PutAsideObjects, { destination, source }: RefusingPair): Promise<PutAsideLook> {
  let [objects, size, oldest] = [0, 0, Number.POSITIVE_INFINITY];
  for await (const { bytes, at } of all.list(objectPrefix(destination, source))) {
    objects++;
    size += bytes;
    oldest = Math.min(oldest, at.getTime());
  }
  const since = Number.isFinite(oldest) ? { since: new Date(oldest).toISOString() } : {};
  return { destination, source, objects, bytes: size, ...since };
}

export function sayPutAside(looks: readonly PutAsideLook[], cloud: boolean): string {
  const some = looks.filter(({ objects }) => objects > 0);
  if (some.length === 0) return 'Firehose has put nothing aside.';
  const rows = some.map(({ destination, source, objects, bytes, since = '-' }) => [
    destination,
    source,
    objects,
    bytes,
    since,
  ]);
  const again = `tidemark redrive --destination ID${cloud ? ' --cloud' : ''} sends it again.`;
  return [columns(['destination', 'source', 'objects put aside', 'bytes', 'since'], rows), again].join('\n');
}
