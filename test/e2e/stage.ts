import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { destinationFor } from '../../functions/core/config/destination.ts';
import { parseConfig } from '../../functions/core/config/tidemark-config.ts';
import type { Destination, Source } from '../../functions/core/model.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { LocalFunction, type LogLine } from '../../local/lambda.ts';
import { Signatures } from '../../local/services/access/signature.ts';
import { startTable } from '../../local/services/dynamodb.ts';
import { type FirehoseService, startFirehose } from '../../local/services/firehose.ts';
import { replaceFaults } from '../../local/services/firehose-faults.ts';
import { startSecrets } from '../../local/services/secrets.ts';
import { KEY } from '../local/signatures.ts';
import { benchTime, type Timed } from './bench-time.ts';

/** One destination for each shape of an event, as tidemark.json has them. */
export const DESTINATIONS = [
  { id: 'lake', type: 's3', format: 'ecs' },
  { id: 'vault', type: 's3', format: 'raw' },
] as const;

/** A source's function, warm, with the embedded services around it. Tests use it one after another, each for a connection of its own. */
export interface Stage {
  readonly firehose: FirehoseService;
  readonly tableUrl: string;
  readonly out: string;
  readonly secretsFile: string;
  /** Everything that the function has ever written. */
  readonly lines: readonly LogLine[];
  invoke(timed: Timed, budgetMs: number): Promise<unknown>;
}

// To load the function takes far longer than most tests: a stage serves all files that a process runs, and ends with the process.
const idle: { readonly kind: string; readonly stage: Stage }[] = [];
let taken = 0;

/** A number that no other bench of this process has. */
export function nextNumber(): number {
  return ++taken;
}

/**
 * A stage with nothing on it. What was put on it is cleared away when it is returned.
 *
 * @param heapMb the most memory that the function may have, where that matters
 * @param more what the function's environment has besides
 */
export async function takeStage(
  source: Source,
  heapMb?: number,
  more: Readonly<Record<string, string>> = {},
): Promise<{ stage: Stage; giveBack(): Promise<void> }> {
  const kind = `${source.id} ${heapMb} ${JSON.stringify(more)}`;
  const free = idle.findIndex((one) => one.kind === kind);
  const stage = idle.splice(free, free < 0 ? 0 : 1)[0]?.stage ?? (await startStage(source, heapMb, more));
  return {
    stage,
    async giveBack() {
      replaceFaults(stage.firehose.faults, {});
      await rm(stage.out, { recursive: true, force: true });
      idle.push({ kind, stage });
    },
  };
}

async function startStage(
  source: Source,
  heapMb: number | undefined,
  more: Readonly<Record<string, string>>,
): Promise<Stage> {
  const state = await mkdtemp(join(tmpdir(), 'tidemark-e2e-'));
  const [out, secretsFile] = [join(state, 'out'), join(state, 'secrets.json')];
  const told = destinationsOf(source);
  const streams = told.map(({ id, deliveryStream }) => ({ deliveryStream, destination: id, source: source.id }));
  // The function signs by the clock of the bench that it works for.
  let clock: Omit<Timed, 'input'> = { sentAt: 0, benchAt: 0 };
  const signatures = new Signatures(KEY, () => benchTime(clock, Date.now()));
  const table = await startTable({ directory: join(state, 'table'), tableName: 'tidemark', signatures });
  const secrets = await startSecrets({ file: secretsFile, signatures, idCost: 16 });
  const firehose = await startFirehose({ out, streams, signatures });
  const lines: LogLine[] = [];
  const environment = {
    TIDEMARK_TABLE: 'tidemark',
    TIDEMARK_DESTINATIONS: JSON.stringify(told),
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
    AWS_ACCESS_KEY_ID: KEY.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
    AWS_REGION: 'us-east-1',
    ...more,
  };
  const module =
    heapMb === undefined ? `handler.ts?source=${source.id}` : `small-thread.ts?source=${source.id}&heapMb=${heapMb}`;
  const handler = new LocalFunction(new URL(module, import.meta.url), environment, (line) => lines.push(line));
  const invoke = (timed: Timed, budgetMs: number) => {
    clock = timed;
    return handler.invoke(timed, budgetMs);
  };
  await invoke({ input: 'nothing', sentAt: 0, benchAt: 0 }, 60_000).catch(() => undefined);
  return { invoke, firehose, tableUrl: table.url, out, secretsFile, lines };
}

function destinationsOf(source: Source): Destination[] {
  const connection = { id: 'any', source: source.id, origin: 'http://127.0.0.1' };
  const file = { connections: [connection], destinations: DESTINATIONS };
  const { destinations } = parseConfig(JSON.stringify(file), 'the stage’s configuration', [source], DESTINATION_TYPES);
  return destinations.map((destination) => destinationFor(source.id, destination));
}
