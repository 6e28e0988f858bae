import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ConfiguredConnection, feedsOf } from '../../functions/core/config/connection.ts';
import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { AnyFeed, Source } from '../../functions/core/model.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { configOrDemo, readConfig } from '../../local/configuration.ts';
import { Signatures } from '../../local/services/access/signature.ts';
import { startSecrets } from '../../local/services/secrets.ts';
import { findRunning, type Places } from '../../local/world.ts';
import { closest } from '../feeds/closest.ts';
import { tell } from '../views/terminal.ts';

/** Where the configuration and the secrets are. */
export interface PlaceOptions {
  readonly config?: string;
  readonly state: string;
  readonly secrets?: string;
}

/** A feed whose vendor can be asked. */
export interface OpenedFeed {
  readonly connection: ConfiguredConnection;
  readonly feed: AnyFeed;
  readonly destinations: readonly ConfiguredDestination[];
  close(): Promise<void>;
}

/** What a feed is chosen from, and where its secret is. */
interface Surroundings {
  readonly config: Config;
  readonly secrets: string;
  close(): Promise<void>;
}

/** Opens one feed by its whole name, also one that is not enabled. Nothing is written to the state directory. */
export async function openFeed(name: string, options: PlaceOptions): Promise<OpenedFeed> {
  const sources = await findSources();
  const { config, secrets, close } = await surroundings(options, sources);
  try {
    const chosen = choose(name, config, sources);
    const service = await openSecrets(secrets);
    return {
      ...chosen,
      destinations: config.destinations,
      async close() {
        await service.close();
        await close();
      },
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** The configuration: that of the file, that of a program running in the state directory, or the shipped simulators. */
async function surroundings(options: PlaceOptions, sources: readonly Source[]): Promise<Surroundings> {
  const state = resolve(options.state);
  const secrets = resolve(options.secrets ?? join(state, 'secrets.json'));
  const config =
    (await readConfig(options.config, sources)) ?? (await findRunning({ state, out: state, secrets }))?.config;
  if (config) return { config, secrets, close: async () => undefined };
  return await startSimulators(options, sources);
}

/** The simulators keep their keys and secrets in a folder that is removed again. */
async function startSimulators(options: PlaceOptions, sources: readonly Source[]): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-pull-'));
  const places: Places = { state: folder, out: folder, secrets: join(folder, 'secrets.json') };
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const { config, demo } = await configOrDemo(options.config, sources, places);
    await demo?.save();
    return {
      config,
      secrets: places.secrets,
      async close() {
        await Promise.all(demo?.vendors.map((vendor) => vendor.stop()) ?? []);
        await remove();
      },
    };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

function choose(name: string, { connections }: Config, sources: readonly Source[]) {
  const all = connections.flatMap((connection) => {
    const source = sources.find(({ id }) => id === connection.source) as Source;
    return feedsOf(source, connection).map((feed) => ({ connection, feed }));
  });
  const chosen = all.find(({ feed }) => feed.name === name);
  if (chosen) return chosen;
  const names = closest(
    name,
    all.map(({ feed }) => feed.name),
  );
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `There is no feed ${JSON.stringify(name)}.`,
    remedy: `A feed is SOURCE/STREAM/CONNECTION. The closest ones are: ${names.join(', ')}.`,
  });
}

/**
 * Starts the Secrets Manager over the file of secrets, for this process alone: its key is known to nobody else and is stored
 * nowhere. The AWS client finds it as it finds the real one, by variables of the environment.
 */
async function openSecrets(file: string): Promise<{ close(): Promise<void> }> {
  const key = {
    accessKeyId: `TIDEMARK${randomBytes(6).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
  const service = await startSecrets({ file, signatures: new Signatures(key) });
  for (const warning of service.warnings) tell(warning);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: service.url,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
    AWS_REGION: 'us-east-1',
  });
  return service;
}
