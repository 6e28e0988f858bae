import type { Effects } from '../../functions/core/effects.ts';
import { AmbiguousWriteError, NetworkError } from '../../functions/core/errors.ts';
import type { Checkpoint } from '../../functions/core/stored/checkpoint.ts';
import type { Duration, Instant } from '../../functions/core/time.ts';
import type { Invocation } from '../memory/invocation.ts';
import type { World } from '../memory/world.ts';
import type { Worker } from './at-work.ts';
import type { Oracle } from './oracle.ts';
import { clock, type Story } from './scenario/story.ts';
import type { Trouble } from './scenario/trouble.ts';

/** How long a call that will time out keeps its caller waiting. */
const TIMED_OUT: Duration = 3_000_000;

/** What a worker's effects need around them. */
export interface Surroundings {
  readonly world: World;
  readonly oracle: Oracle;
  readonly trouble: Trouble;
  readonly story: Story;
}

/** The effects of an invocation, with the oracle looking on. */
export function watched(worker: Worker, invocation: Invocation, around: Surroundings): Effects {
  const { effects } = invocation;
  return {
    ...effects,
    ...watchedVendor(worker, effects, around),
    ...watchedTable(worker, invocation, around),
    ...watchedSinks(worker, invocation, around),
  };
}

function watchedVendor(worker: Worker, effects: Effects, { oracle, story }: Surroundings): Pick<Effects, 'fetch'> {
  return {
    fetch: async (request, timeout, fresh) => {
      oracle.beginsCall(worker, leaseNow(worker, effects) + timeout, 'asks');
      try {
        const answer = await effects.fetch(request, timeout, fresh);
        story.tell(() => `${worker.name} GET ${shortUrl(request.url)} -> ${answer.status} ${namesIn(answer.text)}`);
        return answer;
      } catch (thrown) {
        story.tell(() => `${worker.name} GET ${shortUrl(request.url)} -> ${String(thrown)}`);
        throw thrown;
      }
    },
  };
}

function watchedTable(
  worker: Worker,
  invocation: Invocation,
  { oracle, story, trouble, world }: Surroundings,
): Pick<Effects, 'load' | 'recall' | 'write' | 'loadSeen' | 'remember'> {
  const { effects } = invocation;
  // A worker that holds the lease only looks whose its last write was.
  const begins = (feed: string) => {
    if (feed !== oracle.feed || oracle.isHeldBy(worker)) return;
    worker.start = worker.plan.wrong ? world.now : effects.now();
  };
  return {
    load: (feed) => {
      begins(feed);
      return effects.load(feed);
    },
    recall: (feed) => {
      begins(feed);
      return effects.recall(feed);
    },
    write: async (feed, item, expect) => {
      worker.feed = feed;
      oracle.writers.set(item, worker);
      const late = invocation.death ? undefined : trouble.late('lateCommit', feed);
      if (!late)
        return await effects
          .write(feed, item, expect)
          .finally(() => story.tell(() => `${worker.name} writes v${item.version}`));
      const stored = structuredClone(item) as Checkpoint;
      oracle.writers.set(stored, worker);
      void world.clock.wait(late.after).then(() => world.table.write(feed, stored, expect, world.now));
      await effects.sleep(TIMED_OUT);
      throw new AmbiguousWriteError('the table did not answer in time');
    },
    loadSeen: async function* (feed, range) {
      worker.seenAt ??= world.now;
      yield* effects.loadSeen(feed, range);
    },
    remember: async (feed, chunks) => {
      for (const chunk of chunks) oracle.rememberers.set(chunk, worker);
      try {
        await effects.remember(feed, chunks);
      } catch (thrown) {
        worker.disturbed = true;
        throw thrown;
      }
    },
  };
}

function watchedSinks(
  worker: Worker,
  invocation: Invocation,
  { oracle, story, trouble, world }: Surroundings,
): Pick<Effects, 'put'> {
  const { effects } = invocation;
  return {
    put: async (stream, bytes, timeout) => {
      // What a call sends is written when it begins, however late it is accepted.
      const records = bytes.map((record) => new Uint8Array(record));
      oracle.beginsCall(worker, leaseNow(worker, effects) + timeout, 'delivers');
      oracle.begins(worker, stream, records);
      const late = invocation.death ? undefined : trouble.late('latePut', stream);
      if (late) {
        void world.clock.wait(late.after).then(() => {
          const call = world.firehose.begin(records);
          oracle.putters.set(call, worker);
          oracle.latePuts.add(call);
          world.firehose.accept(stream, records, call, world.now);
        });
        await effects.sleep(Math.min(timeout, TIMED_OUT));
        throw new NetworkError('Firehose did not answer in time');
      }
      // The call's number is given before anything is waited for.
      const putting = effects.put(stream, records, timeout);
      const call = world.firehose.calls;
      oracle.putters.set(call, worker);
      try {
        const codes = await putting;
        oracle.answered(call);
        story.tell(
          () => `${worker.name} PUT ${stream} ${records.length} records -> ${codes.map((code) => code ?? 'ok')}`,
        );
        return codes;
      } catch (thrown) {
        story.tell(() => `${worker.name} PUT ${stream} ${records.length} records -> ${String(thrown)}`);
        throw thrown;
      }
    },
  };
}

function shortUrl(url: string): string {
  return url.replace(/\d{13,}/g, (instant) => clock(Number(instant)));
}

function namesIn(text: string): string {
  if (!text.startsWith('{')) return text.slice(0, 40);
  const names = [...text.matchAll(/"name":"([^"]*)"/g)].map(([, name]) => name);
  return `[${names.join(' ')}]${text.endsWith('"next":null}') ? '' : ` ${text.slice(-20)}`}`;
}

/** A worker's time by the table's clock, which leases are kept by. */
function leaseNow({ plan: { wrong = {} } }: Worker, effects: Effects): Instant {
  const { ours = 0, table = 0 } = wrong;
  return effects.now() - ours + table;
}
