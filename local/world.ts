import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Source } from '../functions/core/model.ts';
import { type Config, deliveryStreamName, destinationFor } from '../functions/core/tidemark-config.ts';
import { handlerOf } from './find-sources.ts';
import { LocalFunction, type LogLine } from './lambda.ts';
import { startTable } from './services/dynamodb.ts';
import { startFirehose } from './services/firehose.ts';
import { startSecrets } from './services/secrets.ts';

const TABLE = 'tidemark';

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

/** Starts the embedded AWS services, and a function for each source that the configuration uses. */
export async function startWorld(
  config: Config,
  sources: readonly Source[],
  places: Places,
  onLine: (line: LogLine) => void,
): Promise<World> {
  const used = sources.filter((source) => config.connections.some((connection) => connection.source === source.id));
  const streams = used.flatMap((source) =>
    config.destinations.map(({ id }) => ({
      deliveryStream: deliveryStreamName(id, source.id),
      destination: id,
      source: source.id,
    })),
  );
  const table = await startTable({ directory: join(places.state, 'table'), tableName: TABLE });
  const secrets = await startSecrets({ file: places.secrets });
  const firehose = await startFirehose({ out: places.out, streams });
  const functions = new Map(
    used.map((source) => {
      const destinations = config.destinations.map((destination) => destinationFor(source.id, destination));
      const environment = {
        TIDEMARK_TABLE: TABLE,
        TIDEMARK_DESTINATIONS: JSON.stringify(destinations),
        AWS_ENDPOINT_URL_DYNAMODB: table.url,
        AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
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
    warnings: secrets.warnings,
    async close(graceMs) {
      await Promise.all([...functions.values()].map((each) => each.stop(graceMs)));
      await Promise.all([firehose.close(), secrets.close(), table.close()]);
    },
  };
}

/** Reads a small JSON file of the state directory; what is not there, or broken, is as if new. */
export async function readState<T>(places: Places, name: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(join(places.state, name), 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** Writes a small JSON file, whole or not at all. */
export async function writeState(file: string, value: unknown): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
