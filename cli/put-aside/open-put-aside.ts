import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { Firehose } from '../../functions/shell/network/firehose.ts';
import { QUARANTINE_BUCKET } from '../../lib/account/outputs.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { configOrDemo, readConfig } from '../../local/configuration.ts';
import { openKey } from '../../local/services/access/key.ts';
import { findRunning, preparePlaces, startWorld } from '../../local/world.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import type { PutAsideObjects } from './put-aside-objects.ts';

/** What was put aside, and the Firehose that takes it again. */
interface OpenedPutAside {
  readonly config: Config;
  readonly objects: PutAsideObjects;
  readonly firehose: Firehose;
  /** The prefix of the names of its streams. */
  readonly streamPrefix: string | undefined;
  close(): Promise<void>;
}

/** Opens what was put aside: by a deployment, or on this machine. */
export async function openPutAside(options: FeedOptions): Promise<OpenedPutAside> {
  return options.cloud ? await openInCloud(options) : await openHere(options);
}

async function openInCloud(options: FeedOptions): Promise<OpenedPutAside> {
  const { CloudAccount } = await import('../cloud/account.ts');
  const { QuarantineBucket } = await import('../cloud/buckets/quarantine-bucket.ts');
  const { deployedConfig } = await import('../cloud/open-cloud.ts');
  const config = await deployedConfig(options.config);
  const account = new CloudAccount(config.deployment);
  return {
    config,
    objects: new QuarantineBucket(account.clientOptions, await account.output('state', QUARANTINE_BUCKET)),
    firehose: new Firehose(account.clientOptions),
    streamPrefix: config.deployment.stackPrefix,
    close: async () => undefined,
  };
}

async function openHere(options: FeedOptions): Promise<OpenedPutAside> {
  const { PutAsideFolder } = await import('./put-aside-folder.ts');
  const sources = await findSources();
  const places = await preparePlaces(options.state, options.out, options.secrets);
  const running = await findRunning(places);
  const read = await readConfig(options.config, sources);
  const config = read ?? running?.config ?? (await configOrDemo(options.config, sources, places)).config;
  const world = await startWorld({ config, sources, places, onLine: () => undefined, beside: running });
  const here = {
    endpoint: world.running.urls.firehose,
    region: 'us-east-1',
    credentials: await openKey(places.state),
  };
  return {
    config,
    objects: new PutAsideFolder(places.out),
    firehose: new Firehose(here),
    streamPrefix: undefined,
    close: async () => await world.close(1_000),
  };
}
