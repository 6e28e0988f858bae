import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { deliveryStreamName, destinationFor } from '../functions/core/config/destination.ts';
import type { Config } from '../functions/core/config/tidemark-config.ts';
import type { Source } from '../functions/core/model.ts';
import { DESTINATION_TYPES } from '../functions/destinations/destination-types.ts';
import { handlerOf } from '../lib/plan/find-sources.ts';
import { LocalFunction, type LogLine } from './lambda.ts';
import { startTable } from './services/dynamodb.ts';
import { findEndpoints } from './services/endpoints.ts';
import { startFirehose } from './services/firehose.ts';
import { startSecrets } from './services/secrets.ts';

const TABLE = 'tidemark';
/** Where a program that uses the state directory says how another one can work beside it. */
const RUNNING = 'running.json';

/** Where the local program keeps what it keeps. */
export interface Places {
  readonly state: string;
  readonly out: string;
  readonly secrets: string;
}

/** The embedded services and the functions, up and running. */
export interface World {
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly warnings: readonly string[];
  close(graceMs: number): Promise<void>;
}

/** The state directory holds secrets and events: nobody else may look in. */
export async function preparePlaces(state: string, out?: string, secrets?: string): Promise<Places> {
  const places = {
    state: resolve(state),
    out: resolve(out ?? join(state, 'out')),
    secrets: resolve(secrets ?? join(state, 'secrets.json')),
  };
  await mkdir(places.state, { recursive: true, mode: 0o700 });
  await chmod(places.state, 0o700);
  return places;
}

/** Where the embedded services of a running program are. */
interface Urls {
  readonly table: string;
  readonly firehose: string;
  readonly secrets: string;
}

/** A program at work in a state directory: what it takes to work beside it. */
export interface Running {
  readonly pid: number;
  readonly urls: Urls;
  readonly config: Config;
}

/** The embedded services, our own or those of a program that is running. */
interface Services {
  readonly urls: Urls;
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/** The program that uses this state directory now, if there is one. */
export async function findRunning(places: Places): Promise<Running | undefined> {
  const running = await readState<Running>(places, RUNNING);
  if (!running) return undefined;
  try {
    process.kill(running.pid, 0);
    await fetch(running.urls.table, { signal: AbortSignal.timeout(2_000) });
    return running;
  } catch {
    // It died without a word.
    return undefined;
  }
}

export interface WorldOptions {
  readonly config: Config;
  readonly sources: readonly Source[];
  readonly places: Places;
  readonly onLine: (line: LogLine) => void;
  /** The running program whose services are used. Undefined if services are to be started. */
  readonly beside?: Running | undefined;
}

/** Starts the embedded AWS services, and a function for each source that the configuration uses. */
export async function startWorld({ config, sources, places, onLine, beside }: WorldOptions): Promise<World> {
  const used = sources.filter((source) => config.connections.some((connection) => connection.source === source.id));
  const streams = used.flatMap((source) =>
    config.destinations.map(({ id }) => ({
      deliveryStream: deliveryStreamName(id, source.id),
      destination: id,
      source: source.id,
    })),
  );
  const services: Services = beside
    ? { urls: beside.urls, warnings: [], close: async () => undefined }
    : await startServices(config, streams, places);
  const functions = new Map(
    used.map((source) => {
      const destinations = config.destinations.map((destination) => destinationFor(source.id, destination));
      const environment = {
        TIDEMARK_TABLE: TABLE,
        TIDEMARK_DESTINATIONS: JSON.stringify(destinations),
        TIDEMARK_SEEN_DAYS: process.env.TIDEMARK_SEEN_DAYS ?? String(config.deployment.seenDays),
        TIDEMARK_QUARANTINE_DAYS: String(config.deployment.quarantineDays),
        AWS_ENDPOINT_URL_DYNAMODB: services.urls.table,
        AWS_ENDPOINT_URL_FIREHOSE: services.urls.firehose,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: services.urls.secrets,
        // The embedded services take any credentials; real ones of this machine must not even be looked for.
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_SESSION_TOKEN: '',
        AWS_PROFILE: '',
        AWS_REGION: 'us-east-1',
      };
      return [source.id, new LocalFunction(handlerOf(source.id), environment, onLine)] as const;
    }),
  );
  return {
    functions,
    warnings: services.warnings,
    async close(graceMs) {
      await Promise.all([...functions.values()].map((each) => each.stop(graceMs)));
      await services.close();
    },
  };
}

async function startServices(
  config: Config,
  streams: readonly { deliveryStream: string; destination: string; source: string }[],
  places: Places,
): Promise<Services> {
  const table = await startTable({ directory: join(places.state, 'table'), tableName: TABLE });
  const secrets = await startSecrets({ file: places.secrets });
  const values = (await readJson<Record<string, unknown>>(places.secrets)) ?? {};
  const { endpoints, notes } = findEndpoints(config.destinations, values, DESTINATION_TYPES);
  const firehose = await startFirehose({ out: places.out, streams, endpoints });
  const urls = { table: table.url, firehose: firehose.url, secrets: secrets.url };
  const running: Running = { pid: process.pid, urls, config };
  await writeState(join(places.state, RUNNING), running);
  return {
    urls,
    warnings: [...secrets.warnings, ...notes],
    async close() {
      await rm(join(places.state, RUNNING), { force: true });
      await Promise.all([firehose.close(), secrets.close(), table.close()]);
    },
  };
}

/** Reads a small JSON file of the state directory; what is not there, or broken, is as if new. */
export async function readState<T>(places: Places, name: string): Promise<T | undefined> {
  return await readJson(join(places.state, name));
}

async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** Writes a small JSON file, whole or not at all. */
export async function writeState(file: string, value: unknown): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
