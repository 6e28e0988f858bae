import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { functionOutput } from '../../../lib/account/outputs.ts';
import { backfillMachine, feedMachine } from '../../../lib/functions/backfill-machines.ts';
import { type Machines, runMachines } from '../../infra/support/run-machines.ts';
import { expectExactlyOnce } from '../bench.ts';
import { feedOf, SOURCE, STREAM, test } from '../plain.ts';
import { DESTINATIONS } from '../stage.ts';
import { type CloudAccount, type Invoke, startCloudAccount } from './cloud-account.ts';
import { type Ended, ending, startProgram } from './program.ts';

const STATES = 'arn:aws:states:eu-west-1:111122223333:stateMachine';
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:te';
const MACHINES = {
  feeds: backfillMachine('aws', `${STATES}:tidemark-backfill-feed`, 5),
  feed: feedMachine('aws', 900),
} as unknown as Machines;

const BUSY = { state: 'busy', warnings: [], next: { do: 'again', at: '2026-01-10T09:00:00Z' } };

interface Cloud {
  readonly account: CloudAccount;
  command(...args: string[]): Promise<Ended>;
}

/** A folder with the configuration that is deployed, and the account where it is. */
async function startCloud(connections: readonly object[], invoke: Invoke): Promise<Cloud> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-cloud-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const account = await startCloudAccount(invoke);
  onTestFinished(() => account.close());
  account.outputs['tidemark-forwarding'] = {
    [functionOutput(SOURCE)]: FUNCTION,
    [functionOutput(SOURCE, 'backfill')]: `${FUNCTION}-backfill`,
    BackfillMachine: `${STATES}:tidemark-backfill`,
    BackfillFeedMachine: `${STATES}:tidemark-backfill-feed`,
  };
  await writeFile(join(folder, 'tidemark.json'), JSON.stringify({ connections, destinations: DESTINATIONS }));
  const environment = {
    AWS_ENDPOINT_URL: account.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  return {
    account,
    command: (...args) => ending(startProgram(folder, [...args, '--cloud'], { environment })),
  };
}

describe('--cloud', () => {
  test('status, verify and ledger are asked of the deployed function', async ({ start }) => {
    const bench = await start({ vendor: { count: 60 }, minutes: 180 });
    await bench.catchUp();
    // For a while the stream was switched off.
    for (const streams of [{ [STREAM]: '5m' }, {}])
      await bench.invoke({ act: 'census', feeds: { [bench.id]: streams } });
    const invoked: string[] = [];
    const { command } = await startCloud([bench.described()], async (functionArn, input) => {
      invoked.push(functionArn);
      return await bench.invoke(input);
    });

    const [status, verify, ledger] = await Promise.all([
      command('status'),
      command('verify', '--since', '3h'),
      command('ledger', '--json'),
    ]);

    expect(status.stderr).toBe('');
    expect(status.stdout).toContain(feedOf(bench.id));
    expect(status.stdout).toMatch(new RegExp(`${feedOf(bench.id)}: left, no longer configured since .*; read up to `));
    expect([status.code, verify.code, ledger.code]).toEqual([0, 0, 0]);
    expect(verify.stdout).toContain('complete: nothing is missing');
    expect(ledger.summary.feeds[0].ledger).not.toEqual([]);
    expect(new Set(invoked)).toEqual(new Set([FUNCTION]));
  });

  test('run --once has what is due later read now, until it is caught up', async ({ start }) => {
    const bench = await start({ vendor: { count: 90 } });
    let busy = 1;
    const { command } = await startCloud([bench.described()], async (_, input) => {
      // The schedule's own invocation is at it, and ends in a moment.
      if (busy-- > 0) return { feeds: [{ feed: feedOf(bench.id), ...BUSY }] };
      return await bench.invoke(input);
    });

    const ran = await command('run', '--once');
    const schedules = await command('run');

    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(new RegExp(`${feedOf(bench.id)} +caught-up +.* 90 +90`));
    expect([schedules.code, schedules.stderr.includes('run --once --cloud')]).toEqual([2, true]);
    await expectExactlyOnce(bench);
  });

  test('run --once ends with 1 where one of its invocations has found that events may be missing', async ({
    start,
  }) => {
    const bench = await start({ vendor: { count: 5 } });
    let busy = 1;
    const { command } = await startCloud([bench.described()], async (_, input) => {
      const found = { ...BUSY, conditions: ['announced-missing'] };
      return busy-- > 0 ? { feeds: [{ feed: feedOf(bench.id), ...found }] } : await bench.invoke(input);
    });

    const ran = await command('run', '--once');

    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain(
      `${feedOf(bench.id)}: events may be missing: see announced-missing in docs/runbook.md`,
    );
  });

  test('a backfill is handed to the state machine, once, and what it reads arrives', async ({ start }) => {
    const bench = await start({ vendor: { count: 200 }, startFrom: Date.now() - 5 * 60_000 });
    await bench.catchUp();
    const { account, command } = await startCloud([bench.described()], async (_, input) => bench.invoke(input));
    const range = ['--from', new Date(bench.from).toISOString(), '--to', new Date(bench.to).toISOString()];

    const started = await command('backfill', '--feed', '*', ...range);
    const [[executionArn, execution] = []] = [...account.executions];
    const ran = await runMachines(MACHINES, execution?.input ?? { feeds: [] }, async (functionArn, input) => {
      expect(functionArn).toBe(`${FUNCTION}-backfill`);
      return await bench.invoke(input);
    });
    const status = await command('status', '--json');
    // The machine of one feed is still at it: the names tell which.
    account.executions.set(`${STATES.replace('stateMachine', 'execution')}:tidemark-backfill-feed:${ran.begun[0]}`, {
      machine: `${STATES}:tidemark-backfill-feed`,
      input: { feeds: [] },
    });
    const again = await command('backfill', '--feed', '*', ...range);

    expect(started.stdout).toMatch(new RegExp(`${feedOf(bench.id)} +\\S+ +started`));
    expect(started.code).toBe(0);
    expect(executionArn).toContain(':execution:tidemark-backfill:');
    expect(ran.failed).toBe(false);
    expect(status.summary.feeds[0].jobs).toEqual([expect.objectContaining({ kind: 'backfill', state: 'done' })]);
    expect(again.stdout).toContain('at work already');
    expect(account.asked.filter((one) => one === 'StartExecution')).toHaveLength(1);
    await expectExactlyOnce(bench);
  });

  test('to cancel stops the executions of these feeds, and ends the job', async ({ start }) => {
    const bench = await start({ vendor: { count: 200 }, startFrom: Date.now() - 5 * 60_000 });
    await bench.catchUp();
    const { account, command } = await startCloud([bench.described()], async (_, input) => bench.invoke(input));
    const range = ['--from', new Date(bench.from).toISOString(), '--to', new Date(bench.to).toISOString()];
    await command('backfill', '--feed', '*', '--id', 'audit-2026', ...range);
    const [{ input } = { input: { feeds: [] } }] = account.executions.values();
    const { name = '', order = {} } = input.feeds[0] ?? {};
    const own = `${STATES.replace('stateMachine', 'execution')}:tidemark-backfill-feed:${name}-x`;
    const other = `${STATES.replace('stateMachine', 'execution')}:tidemark-backfill-feed:other-x`;
    for (const executionArn of [own, other])
      account.executions.set(executionArn, { machine: `${STATES}:tidemark-backfill-feed`, input: { feeds: [] } });

    // None of its feeds has begun yet: it must not begin later either.
    const cancelled = await command('backfill', '--feed', '*', '--id', 'audit-2026', ...range, '--cancel');
    const late = (await bench.invoke(order)) as { feeds: [{ next: object }] };

    expect(cancelled.code).toBe(0);
    expect(cancelled.stdout).toContain('cancelled');
    expect([account.executions.has(own), account.executions.has(other)]).toEqual([false, true]);
    expect(late.feeds[0].next).toMatchObject({ do: 'end' });
  });

  test('what is not deployed, or fails there, is said with what to do', async ({ start }) => {
    const bench = await start({ vendor: { count: 1 } });
    const { account, command } = await startCloud([bench.described()], async () => {
      throw new Error('The environment has no TIDEMARK_TABLE.');
    });

    const failed = await command('status');
    delete account.outputs['tidemark-forwarding']?.[functionOutput(SOURCE)];
    const older = await command('status');
    delete account.outputs['tidemark-forwarding'];
    const none = await command('status');

    expect([failed.code, older.code, none.code]).toEqual([2, 2, 2]);
    expect(failed.stderr).toContain('function te failed: The environment has no TIDEMARK_TABLE.');
    expect(older.stderr).toContain(`The stack tidemark-forwarding has no ${functionOutput(SOURCE)}`);
    expect(none.stderr).toContain('There is no stack tidemark-forwarding in this account and Region.');
    expect(none.stderr).toContain('npx cdk deploy --all');
  });
});
