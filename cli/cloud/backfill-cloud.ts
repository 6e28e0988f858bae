import { createHash, randomBytes } from 'node:crypto';
import { ListExecutionsCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { AnyFeed } from '../../functions/core/model.ts';
import { jobId } from '../../functions/core/stored/job.ts';
import { type Instant, parseInstant } from '../../functions/core/time.ts';
import { BACKFILL_FEED_MACHINE, BACKFILL_MACHINE, functionOutput } from '../../lib/account/outputs.ts';
import type { BackfillInput, FeedInput } from '../../lib/functions/backfill-machines.ts';
import type { BackfillOptions } from '../feeds/backfill-options.ts';
import type { Group } from '../feeds/opened.ts';
import { columns } from '../views/columns.ts';
import type { CloudAccount } from './account.ts';
import { sayAwsError } from './aws-error.ts';

/** Maximum size of an execution's input. Step Functions accepts 256 KiB. */
const MAX_INPUT_BYTES = 200_000;

/** The state of a feed's backfill after the command. */
interface Started {
  readonly feed: string;
  readonly id: string;
  readonly state: 'started' | 'at work already';
  readonly execution: string;
}

/** A backfill to start or stop. Its id is known before it starts, because the names of the executions contain it. */
export interface CloudBackfill {
  readonly id: string;
  readonly range: { readonly from: string; readonly to: string } | undefined;
  readonly resend: boolean;
}

export function cloudBackfill(
  range: { readonly from: string; readonly to: string } | undefined,
  { id, resend }: Pick<BackfillOptions, 'id' | 'resend'>,
): CloudBackfill {
  if (id !== undefined) return { id, range, resend };
  const { from = '', to = '' } = range ?? {};
  const name = jobId({ from: parseInstant(from) as Instant, to: parseInstant(to) as Instant });
  return { id: resend ? `${name}-resend` : name, range, resend };
}

/** Starts the state machine for the feeds whose backfill is not running yet. It runs on after this command has ended. */
export async function startBackfill(
  account: CloudAccount,
  groups: readonly Group[],
  backfill: CloudBackfill,
): Promise<Started[]> {
  const client = new SFNClient(account.clientOptions);
  const running = await runningExecutions(client, await account.output('forwarding', BACKFILL_FEED_MACHINE));
  const known: Started[] = [];
  const fresh: FeedInput[] = [];
  for (const { connection, feeds } of groups) {
    const functionArn = await account.output('forwarding', functionOutput(connection.source, 'backfill'));
    for (const feed of feeds) {
      const name = executionName(feed, backfill.id);
      const execution = running.find((arn) => nameOf(arn).startsWith(`${name}-`));
      if (execution) known.push({ feed: feed.name, id: backfill.id, state: 'at work already', execution });
      else fresh.push({ feed: feed.name, name, function: functionArn, order: orderOf(feed, backfill) });
    }
  }
  const machine = await account.output('forwarding', BACKFILL_MACHINE);
  const started = await Promise.all(inParts(fresh).map((feeds) => start(client, machine, backfill.id, { feeds })));
  return [...known, ...started.flat()];
}

async function start(client: SFNClient, machine: string, id: string, input: BackfillInput): Promise<Started[]> {
  const name = `${plain(id).slice(0, 60)}-${randomBytes(6).toString('hex')}`;
  const command = new StartExecutionCommand({ stateMachineArn: machine, name, input: JSON.stringify(input) });
  const { executionArn: execution = '' } = await client.send(command).catch((thrown: unknown) => {
    throw sayAwsError('The backfill could not be started', thrown);
  });
  return input.feeds.map(({ feed }) => ({ feed, id, state: 'started' as const, execution }));
}

/** Stops the executions of these feeds. An invocation that is running ends by itself. */
export async function stopBackfill(account: CloudAccount, groups: readonly Group[], id: string): Promise<void> {
  const client = new SFNClient(account.clientOptions);
  const running = await runningExecutions(client, await account.output('forwarding', BACKFILL_FEED_MACHINE));
  const names = groups.flatMap(({ feeds }) => feeds.map((feed) => `${executionName(feed, id)}-`));
  for (const executionArn of running) {
    if (!names.some((name) => nameOf(executionArn).startsWith(name))) continue;
    const cause = 'tidemark backfill --cancel';
    await client
      .send(new StopExecutionCommand({ executionArn, error: 'Cancelled', cause }))
      .catch((thrown: unknown) => {
        throw sayAwsError('The backfill could not be stopped', thrown);
      });
  }
}

async function runningExecutions(client: SFNClient, stateMachineArn: string): Promise<string[]> {
  const found: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 1_000, nextToken });
    const answer = await client.send(page).catch((thrown: unknown) => {
      throw sayAwsError('Which backfills are at work cannot be looked up', thrown);
    });
    found.push(...(answer.executions ?? []).map(({ executionArn = '' }) => executionArn));
    nextToken = answer.nextToken;
  } while (nextToken !== undefined);
  return found;
}

function orderOf(feed: AnyFeed, { id, range, resend }: CloudBackfill): object {
  const { connection, stream } = feed;
  return { act: 'backfill', connection, streams: [stream.name], id, ...range, ...(resend && { resend }) };
}

/** A name for a feed's execution. Step Functions allows 80 characters and adds 37 random ones; the digest makes the name unique. */
function executionName({ name, stream }: AnyFeed, id: string): string {
  const digest = createHash('sha256').update(`${name}#${id}`).digest('hex').slice(0, 12);
  return `${plain(stream.name).slice(0, 28)}-${digest}`;
}

/** Replaces characters that execution names do not allow. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/g, '-');
}

function nameOf(executionArn: string): string {
  return executionArn.split(':').at(-1) ?? '';
}

function inParts(feeds: readonly FeedInput[]): FeedInput[][] {
  const parts: FeedInput[][] = [];
  let room = 0;
  for (const feed of feeds) {
    const bytes = Buffer.byteLength(JSON.stringify(feed)) + 1;
    if (bytes > room) {
      parts.push([]);
      room = MAX_INPUT_BYTES;
    }
    parts.at(-1)?.push(feed);
    room -= bytes;
  }
  return parts;
}

export function sayStarted(started: readonly Started[]): string {
  return [
    columns(
      ['feed', 'id', 'state'],
      started.map(({ feed, id, state }) => [feed, id, state]),
    ),
    'It goes on by itself. How far it is: tidemark status --cloud. To end it: the same command with --cancel.',
  ].join('\n');
}
