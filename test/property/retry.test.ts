import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RetryPolicy, retry } from '../../functions/core/retry.ts';
import { type Duration, type Instant, MINUTE, SECOND } from '../../functions/core/time.ts';
import { seededRandom } from '../memory/random.ts';

/** An attempt that takes its time, and how it ends. */
interface Attempt {
  readonly takes: Duration;
  readonly how: 'good' | 'may-pass' | 'final';
}

const attempt = fc.record<Attempt>({
  takes: fc.integer({ min: 0, max: 3 * SECOND }),
  how: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Attempt['how']>('may-pass') },
    { weight: 1, arbitrary: fc.constantFrom<Attempt['how']>('good', 'final') },
  ),
});

const plan = fc.record({
  seed: fc.nat(),
  first: fc.integer({ min: 0, max: 2 * SECOND }),
  most: fc.integer({ min: 0, max: 20 * SECOND }),
  attempts: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  attemptsAtEnd: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
  until: fc.option(fc.integer({ min: 0, max: MINUTE }), { nil: undefined }),
  stopsAt: fc.option(fc.integer({ min: 0, max: MINUTE }), { nil: Number.POSITIVE_INFINITY }),
  script: fc.array(attempt, { minLength: 1, maxLength: 30 }),
});

class Failure extends Error {
  readonly how: Attempt['how'];

  constructor({ how }: Attempt) {
    super(how);
    this.how = how;
  }
}

test('whatever fails, and however long it takes: the attempts, the pauses, the deadline and the stop are kept', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, first, most, attempts, attemptsAtEnd, until, stopsAt, script }) => {
      let now: Instant = 0;
      const begun: Instant[] = [];
      const ended: Instant[] = [];
      const pauses: Duration[] = [];
      const host = {
        now: () => now,
        random: seededRandom(seed),
        stopping: () => now >= stopsAt,
        sleep: async (time: Duration) => {
          pauses.push(time);
          now += Math.max(0, Math.min(time, stopsAt - now));
        },
      };
      const policy: RetryPolicy = {
        first,
        most,
        isRetryable: (thrown) => thrown instanceof Failure && thrown.how === 'may-pass',
        ...(attempts !== undefined && { attempts }),
        ...(attemptsAtEnd !== undefined && { attemptsAtEnd }),
      };
      // What is not in the script is good.
      const stepOf = (number: number): Attempt => script[number] ?? { takes: 0, how: 'good' };

      const outcome = await retry(host, policy, until, async () => {
        const step = stepOf(begun.length);
        begun.push(now);
        now += step.takes;
        ended.push(now);
        if (step.how !== 'good') throw new Failure(step);
        return begun.length;
      }).catch((thrown: Failure) => thrown);

      const made = begun.length;
      expect(made).toBeLessThanOrEqual(attempts ?? Number.POSITIVE_INFINITY);
      expect(pauses.length).toBe(made - 1);
      // One after the other: nothing follows what is good or final.
      for (let nth = 0; nth < made - 1; nth++) expect(stepOf(nth).how).toBe('may-pass');
      for (const [nth, pause] of pauses.entries()) {
        expect(pause).toBeGreaterThanOrEqual(0);
        expect(pause).toBeLessThanOrEqual(Math.min(most, first * 2 ** nth));
        // The next attempt begins after its pause, before the deadline, and not against the will of the host.
        const stopped = (ended[nth] as Instant) >= stopsAt;
        expect(begun[nth + 1]).toBe(stopped ? ended[nth] : Math.min(stopsAt, (ended[nth] as Instant) + pause));
        expect(begun[nth + 1]).toBeLessThan(until ?? Number.POSITIVE_INFINITY);
        if (stopped) expect(nth + 1).toBeLessThan(attemptsAtEnd ?? 0);
      }
      const last = stepOf(made - 1);
      if (last.how === 'good') expect(outcome).toBe(made);
      else expect(outcome).toMatchObject({ how: last.how });
      // It gives up for a reason only.
      if (last.how === 'may-pass') {
        const end = ended[made - 1] as Instant;
        const longest = Math.min(most, first * 2 ** (made - 1));
        expect(
          made === attempts ||
            (end >= stopsAt && made >= (attemptsAtEnd ?? 0)) ||
            end + longest >= (until ?? Number.POSITIVE_INFINITY),
        ).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
