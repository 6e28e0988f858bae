import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { deliveryStreamName, destinationFor } from '../functions/core/config/destination.ts';
import type { Config } from '../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../functions/core/errors.ts';
import type { Source } from '../functions/core/model.ts';
import { DESTINATION_TYPES } from '../functions/destinations/destination-types.ts';
import { versionVariable } from '../lib/plan/code-version.ts';
import { handlerOf } from '../lib/plan/find-sources.ts';
import { LocalFunction, type LogLine } from './lambda.ts';
import { KEY_FILE, type Key, openKey } from './services/access/key.ts';
import { Signatures } from './services/access/signature.ts';
import { startTable } from './services/dynamodb.ts';
import { findEndpoints } from './services/endpoints.ts';
import { startFirehose } from './services/firehose.ts';
import type { DeliveryStream } from './services/firehose-objects.ts';
import { PRIVATE_FOLDER, writePrivate } from './services/private-file.ts';
import { startSecrets } from './services/secrets.ts';
import { PROOF_PATH } from './services/service.ts';

const TABLE = 'tidemark';
const TABLE_FOLDER = 'table';
const SECRETS_FILE = 'secrets.json';
/** Where a program that uses the state directory says how another one can work beside it. */
const RUNNING = 'running.json';

/** What tells that a directory is one of ours. A user may have put the secrets there first. */
const OWN_NAMES: ReadonlySet<string> = new Set([TABLE_FOLDER, KEY_FILE, SECRETS_FILE]);

/** Where the local program keeps what it keeps. */
export interface Places {
  readonly state: string;
  readonly out: string;
  readonly secrets: string;
}

/** The embedded services and the functions, up and running. */
export interface World {
  readonly functions: ReadonlyMap<string, LocalFunction>;
  /** What it takes to work beside it. */
  readonly running: Running;
  readonly warnings: readonly string[];
  close(graceMs: number): Promise<void>;
}

/** The state directory holds secrets and events: nobody else may look in. */
export async function preparePlaces(state: string, out?: string, secrets?: string): Promise<Places> {
  const places = {
    state: resolve(state),
    out: resolve(out ?? join(state, 'out')),
    secrets: resolve(secrets ?? join(state, SECRETS_FILE)),
  };
  try {
    await mkdir(places.state, { recursive: true, mode: PRIVATE_FOLDER });
    await refuseForeign(places.state);
    await chmod(places.state, PRIVATE_FOLDER);
  } catch (thrown) {
    if (thrown instanceof TidemarkError) throw thrown;
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `The state directory ${places.state} cannot be made, or cannot be closed to others: ${(thrown as Error).message}`,
      remedy: 'Use a directory of your own: --state DIR.',
      cause: thrown,
    });
  }
  return places;
}

/** A directory that others use, such as /tmp, must not be closed to them. */
async function refuseForeign(state: string): Promise<void> {
  // Windows has no modes: nothing is closed there.
  if (process.platform === 'win32') return;
  const isOpen = ((await stat(state)).mode & 0o077) !== 0;
  const names = isOpen ? await readdir(state) : [];
  if (names.length === 0 || names.some((name) => OWN_NAMES.has(name))) return;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `The directory ${state} is open to others and holds files of something else. A state directory is closed to others.`,
    remedy: 'Use a directory of its own: --state DIR.',
  });
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
  const signatures = new Signatures(await openKey(places.state));
  try {
    process.kill(running.pid, 0);
    return (await hasKey(running.urls.table, signatures)) ? running : undefined;
  } catch {
    // It died without a word.
    return undefined;
  }
}

/** Whether the program that was found has not ended since. It is not asked for a proof again. */
export async function isStillRunning(places: Places, { pid, urls }: Running): Promise<boolean> {
  const now = await readState<Running>(places, RUNNING);
  if (now?.pid !== pid || now.urls.table !== urls.table) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether a service has our key: another user may listen by now where one of ours has died, and would be told secrets. */
async function hasKey(url: string, signatures: Signatures): Promise<boolean> {
  const challenge = randomUUID();
  const body = JSON.stringify({ challenge });
  const asked = new URL(PROOF_PATH, url);
  const answer = await fetch(asked, {
    method: 'POST',
    headers: signatures.sign(asked, { method: 'POST', service: 'dynamodb', body }),
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(2_000),
  });
  const { proof } = (await answer.json()) as { proof?: unknown };
  return proof === signatures.prove(challenge);
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
  const key = await openKey(places.state);
  const services: Services = beside
    ? { urls: beside.urls, warnings: [], close: async () => undefined }
    : await startServices({ config, streams, places, key });
  const functions = new Map(
    used.map((source) => {
      const destinations = config.destinations.map((destination) => destinationFor(source.id, destination));
      const environment = {
        TIDEMARK_TABLE: TABLE,
        TIDEMARK_DESTINATIONS: JSON.stringify(destinations),
        TIDEMARK_SEEN_DAYS: process.env.TIDEMARK_SEEN_DAYS ?? String(config.deployment.seenDays),
        TIDEMARK_QUARANTINE_DAYS: String(config.deployment.quarantineDays),
        ...versionVariable(source.id),
        AWS_ENDPOINT_URL_DYNAMODB: services.urls.table,
        AWS_ENDPOINT_URL_FIREHOSE: services.urls.firehose,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: services.urls.secrets,
        // The credentials of the embedded services; real ones of this machine must not even be looked for.
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
        AWS_SESSION_TOKEN: '',
        AWS_PROFILE: '',
        AWS_REGION: 'us-east-1',
      };
      return [source.id, new LocalFunction(handlerOf(source.id), environment, onLine)] as const;
    }),
  );
  return {
    functions,
    running: { pid: beside?.pid ?? process.pid, urls: services.urls, config },
    warnings: services.warnings,
    async close(graceMs) {
      await Promise.all([...functions.values()].map((each) => each.stop(graceMs)));
      await services.close();
    },
  };
}

interface ServicesOptions {
  readonly config: Config;
  readonly streams: readonly DeliveryStream[];
  readonly places: Places;
  readonly key: Key;
}

async function startServices({ config, streams, places, key }: ServicesOptions): Promise<Services> {
  const signatures = new Signatures(key);
  // A secret that cannot be used is refused before anything runs that would have to be closed.
  const { endpoints, notes } = findEndpoints(config.destinations, await readSecrets(places), DESTINATION_TYPES);
  const table = await startTable({ directory: join(places.state, TABLE_FOLDER), tableName: TABLE, signatures });
  const secrets = await startSecrets({ file: places.secrets, signatures });
  const firehose = await startFirehose({ out: places.out, streams, endpoints, signatures });
  const urls = { table: table.url, firehose: firehose.url, secrets: secrets.url };
  const running: Running = { pid: process.pid, urls, config };
  writeState(join(places.state, RUNNING), running);
  return {
    urls,
    warnings: [...secrets.warnings, ...notes],
    async close() {
      await rm(join(places.state, RUNNING), { force: true });
      await Promise.all([firehose.close(), secrets.close(), table.close()]);
    },
  };
}

/** The secrets by their names, as in the file. None if it is not there, or broken. */
export async function readSecrets(places: Places): Promise<Readonly<Record<string, unknown>>> {
  return (await readJson<Record<string, unknown>>(places.secrets)) ?? {};
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
export function writeState(file: string, value: unknown): void {
  writePrivate(file, `${JSON.stringify(value, null, 2)}\n`);
}
