import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { destinationFor, parseConfig } from '../../functions/core/tidemark-config.ts';
import { FORMATS } from '../../functions/formats/formats.ts';
import { source } from '../../functions/sources/thousandeyes/source.ts';
import { handlerOf } from '../../local/find-sources.ts';
import { LocalFunction, type LogLine } from '../../local/lambda.ts';
import { startTable } from '../../local/services/dynamodb.ts';
import { type FirehoseService, startFirehose } from '../../local/services/firehose.ts';
import { replaceFaults } from '../../local/services/firehose-faults.ts';
import { startSecrets } from '../../local/services/secrets.ts';

/** One destination for each shape of an event, as tidemark.json has them. */
export const DESTINATIONS = [
  { id: 'lake', type: 's3', format: 'ecs' },
  { id: 'vault', type: 's3', format: 'raw' },
] as const;

/** The function, warm, with the embedded services around it. Tests use it one after another, each for a connection of its own. */
export interface Stage {
  readonly handler: LocalFunction;
  readonly firehose: FirehoseService;
  readonly tableUrl: string;
  readonly out: string;
  readonly secretsFile: string;
  /** Everything that the function has ever written. */
  readonly lines: readonly LogLine[];
  close(): Promise<void>;
}

// To load the function takes far longer than most tests: each stage does it once a file.
const all: Stage[] = [];
const idle: Stage[] = [];
let taken = 0;

/** A number that no other bench of this file has. */
export function nextNumber(): number {
  return ++taken;
}

/** A stage with nothing on it. */
export async function takeStage(): Promise<Stage> {
  const free = idle.pop();
  if (free) return free;
  const stage = await startStage();
  all.push(stage);
  return stage;
}

/** Clears a stage for the next test. */
export async function returnStage(stage: Stage): Promise<void> {
  replaceFaults(stage.firehose.faults, {});
  await rm(stage.out, { recursive: true, force: true });
  idle.push(stage);
}

afterAll(async () => {
  await Promise.all(all.map((stage) => stage.close()));
});

async function startStage(): Promise<Stage> {
  const state = await mkdtemp(join(tmpdir(), 'tidemark-e2e-'));
  const [out, secretsFile] = [join(state, 'out'), join(state, 'secrets.json')];
  const file = { connections: [{ id: 'any', source: source.id }], destinations: DESTINATIONS };
  const { destinations } = parseConfig(JSON.stringify(file), 'the stage’s configuration', [source], FORMATS);
  const told = destinations.map((destination) => destinationFor(source.id, destination));
  const streams = told.map(({ id, deliveryStream }) => ({ deliveryStream, destination: id, source: source.id }));
  const table = await startTable({ directory: join(state, 'table'), tableName: 'tidemark' });
  const secrets = await startSecrets({ file: secretsFile });
  const firehose = await startFirehose({ out, streams });
  const lines: LogLine[] = [];
  const environment = {
    TIDEMARK_TABLE: 'tidemark',
    TIDEMARK_DESTINATIONS: JSON.stringify(told),
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
    AWS_REGION: 'us-east-1',
  };
  const handler = new LocalFunction(handlerOf(source.id), environment, (line) => lines.push(line));
  await handler.invoke('nothing', 60_000).catch(() => undefined);
  return {
    handler,
    firehose,
    tableUrl: table.url,
    out,
    secretsFile,
    lines,
    async close() {
      await handler.stop(0);
      await Promise.all([firehose.close(), secrets.close(), table.close()]);
      await rm(state, { recursive: true, force: true });
    },
  };
}
