import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { formatDuration, MILLISECOND, MINUTE } from '../../functions/core/time.ts';
import { functionOutput } from '../../lib/account/outputs.ts';
import { print, printJson, tell } from '../views/terminal.ts';
import { CloudAccount } from './account.ts';
import { deployedConfig } from './open-cloud.ts';
import { StoppedFunctions } from './stopped-functions.ts';

/** Options of `tidemark drain`. */
export interface DrainOptions {
  readonly config?: string;
  readonly source?: string;
  readonly resume: boolean;
  readonly json: boolean;
  readonly cloud: boolean;
}

/** The clock, in milliseconds. */
export interface Clock {
  now(): number;
  /** Rejects when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<unknown>;
}

const REAL: Clock = { now: Date.now, pause: (ms, signal) => pause(ms, undefined, { signal }) };

/** How long the command says nothing while it waits. */
const QUIET_MS = (5 * MINUTE) / MILLISECOND;
/** For what is not exact: how soon a stop reaches all of Lambda, how exactly Firehose keeps its times, and how right this clock is. */
const MARGIN_MS = (3 * MINUTE) / MILLISECOND;

/**
 * Stops everything that puts events on the deployment's delivery streams, and waits until nothing can be in them any more: for the
 * longest invocation, and then for as long as a stream may keep an event. Deleting a stream deletes what is in it.
 */
export async function drainCloud(options: DrainOptions, clock: Clock = REAL): Promise<number> {
  const config = await deployedConfig(options.config);
  const account = new CloudAccount(config.deployment);
  const functions = new StoppedFunctions(account.clientOptions);
  const arns = chosenFunctions(await account.outputs('forwarding'), options.source);
  if (options.resume) return await resume(functions, arns, config, options);
  const emptyAt: number[] = [];
  for (const { arn } of arns) emptyAt.push(await stop(functions, arn, clock));
  const end = Math.max(...emptyAt);
  tell(
    `${arns.length} functions are stopped: no schedule and no command starts them. Alarms about silence (not-running) are to be expected.`,
  );
  if (!(await waitUntil(end, clock))) {
    tell('The functions stay stopped. The same command waits on; with --resume they start again.');
    return 130;
  }
  const awake = await awakeOf(functions, arns);
  if (awake.length > 0) {
    throw new TidemarkError({
      code: 'failing',
      stage: 'processing',
      message: `Somebody has started ${awake.join(' and ')} again.`,
      remedy: 'Give the same command again: it stops them and waits anew.',
    });
  }
  if (options.json)
    printJson({ ok: true, functions: arns.map(({ arn }) => arn), emptySince: new Date(end).toISOString() });
  else print(sayEnd(config, options.source));
  return 0;
}

interface Chosen {
  readonly arn: string;
  readonly isBackfill: boolean;
}

/** The deployed functions that deliver: of one source, or all. The outputs have them also where the configuration has already lost the source. */
function chosenFunctions(outputs: Readonly<Record<string, string>>, source: string | undefined): Chosen[] {
  const wanted = source === undefined ? undefined : [functionOutput(source), functionOutput(source, 'backfill')];
  const chosen = Object.entries(outputs)
    .filter(([key]) => (wanted ? wanted.includes(key) : key.endsWith('Function')))
    .map(([key, arn]) => ({ arn, isBackfill: key.endsWith('BackfillFunction') }));
  if (chosen.length > 0) return chosen;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: source === undefined ? 'Nothing is deployed that could be stopped.' : `No source ${source} is deployed.`,
    remedy: 'tidemark status --cloud shows what is deployed.',
  });
}

/** Stops a function unless it is stopped. Returns the time from which nothing of it can be in a stream. */
async function stop(functions: StoppedFunctions, arn: string, clock: Clock): Promise<number> {
  const found = await functions.find(arn);
  const stoppedAt = found.stoppedAt ?? (await functions.stop(arn, clock.now));
  return stoppedAt + found.timeoutMs + found.heldForMs + MARGIN_MS;
}

/** Waits and says now and then how long it will take. Returns false if the user has interrupted it. */
async function waitUntil(end: number, clock: Clock): Promise<boolean> {
  const stopping = new AbortController();
  const interrupt = () => stopping.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    for (let left = end - clock.now(); left > 0; left = end - clock.now()) {
      const about = formatDuration(Math.ceil((left * MILLISECOND) / MINUTE) * MINUTE);
      tell(`Waiting until ${new Date(end).toISOString().slice(0, 19)}Z (${about}): Firehose may still hold events.`);
      await clock.pause(Math.min(left, QUIET_MS), stopping.signal);
    }
    return true;
  } catch (thrown) {
    if (stopping.signal.aborted) return false;
    throw thrown;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** The functions that are not stopped any more. */
async function awakeOf(functions: StoppedFunctions, arns: readonly Chosen[]): Promise<string[]> {
  const found: string[] = [];
  for (const { arn } of arns) {
    if ((await functions.find(arn)).stoppedAt === undefined) found.push(arn.split(':').at(-1) ?? arn);
  }
  return found;
}

function sayEnd({ destinations }: Config, source: string | undefined): string {
  const names = destinations.map(({ id }) => id).join(', ');
  const streams = source === undefined ? 'the delivery streams' : `the delivery streams of ${source}`;
  return [
    `Nothing is in ${streams} any more, provided that no alarm delivery-failing is on for them (${names}): a stream that cannot deliver keeps events for a day.`,
    'It is safe to delete now: the watermarks are kept, and a deployment later continues there.',
    'If it is not deleted after all: tidemark drain --cloud --resume.',
  ].join('\n');
}

async function resume(
  functions: StoppedFunctions,
  arns: readonly Chosen[],
  { deployment }: Config,
  { json }: DrainOptions,
): Promise<number> {
  for (const { arn, isBackfill } of arns) {
    await functions.start(arn, (isBackfill ? deployment.backfill : deployment).reservedConcurrency);
  }
  if (json) printJson({ ok: true, functions: arns.map(({ arn }) => arn) });
  else print(`${arns.length} functions take invocations again: each feed continues with its next schedule.`);
  return 0;
}
