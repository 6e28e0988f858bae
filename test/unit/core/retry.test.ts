import { describe, expect, it } from 'vitest';
import { AmbiguousWriteError, NetworkError } from '../../../functions/core/errors.ts';
import { pauseBeforeRetry, RETRIES, type RetryHost, type RetryPolicy, retry } from '../../../functions/core/retry.ts';
import { type Duration, MILLISECOND, MINUTE, SECOND } from '../../../functions/core/time.ts';

const EVERYTHING: RetryPolicy = { first: SECOND, most: 8 * SECOND, isRetryable: () => true };

/** A host whose clock moves only while it sleeps. */
class Host implements RetryHost {
  readonly sleeps: Duration[] = [];
  /** What `random` returns. */
  dice = 0.999_999;
  time = 0;
  stopsAt = Number.POSITIVE_INFINITY;
  /** How much longer a sleep takes than it should. */
  frozenFor = 0;

  now = () => this.time;
  random = () => this.dice;
  stopping = () => this.time >= this.stopsAt;
  sleep = async (time: Duration) => {
    this.sleeps.push(time);
    this.time = Math.max(this.time, Math.min(this.time + time, this.stopsAt)) + this.frozenFor;
  };
}

/** Fails so many times, then succeeds with the number of its attempts. */
function failing(times: number, thrown: unknown = new Error('not now')) {
  const work = async () => {
    if (++work.made <= times) throw thrown;
    return work.made;
  };
  work.made = 0;
  return work;
}

describe('retry', () => {
  it('returns what the first attempt returns, without a pause', async () => {
    const host = new Host();

    await expect(retry(host, EVERYTHING, 0, failing(0))).resolves.toBe(1);

    expect(host.sleeps).toEqual([]);
  });

  it('pauses twice as long each time, up to a limit', async () => {
    const host = new Host();

    await expect(retry(host, EVERYTHING, undefined, failing(6))).resolves.toBe(7);

    expect(host.sleeps.map((time) => Math.ceil(time / SECOND))).toEqual([1, 2, 4, 8, 8, 8]);
  });

  it('lets chance decide on the whole of a pause, so that many clients do not come back together', async () => {
    const host = new Host();
    for (const dice of [0, 0.25, 0.5]) {
      host.dice = dice;
      await pauseBeforeRetry(host, EVERYTHING, { made: 3 });
    }

    expect(host.sleeps).toEqual([0, SECOND, 2 * SECOND]);
  });

  it('throws the last error when the attempts are used up', async () => {
    let made = 0;
    const work = async () => {
      if (++made < 20) throw new Error(`attempt ${made} failed`);
    };

    await expect(retry(new Host(), { ...EVERYTHING, attempts: 3 }, undefined, work)).rejects.toThrow(
      'attempt 3 failed',
    );
  });

  it('throws what must not be tried again at once', async () => {
    const host = new Host();
    const [network, ambiguous] = [failing(1, new NetworkError('reset')), failing(1, new AmbiguousWriteError('lost'))];

    await expect(retry(host, RETRIES.table, undefined, network)).rejects.toThrow('reset');
    await expect(retry(host, RETRIES.table, undefined, ambiguous)).resolves.toBe(2);

    expect(network.made).toBe(1);
  });

  it('begins no attempt at its deadline or later, and does not sleep for nothing', async () => {
    const host = new Host();
    const work = failing(99);

    await expect(retry(host, EVERYTHING, 7 * SECOND, work)).rejects.toThrow('not now');

    // 1 and 2 seconds; 4 more would just be in time.
    expect(work.made).toBe(4);
    expect(host.time).toBeLessThan(7 * SECOND);
    host.time = 0;
    host.dice = 1;
    expect(await pauseBeforeRetry(host, EVERYTHING, { made: 1, until: SECOND })).toBe(false);
    expect(host.time).toBe(0);
  });

  it('begins no attempt when its process was frozen beyond the deadline', async () => {
    const host = new Host();
    host.frozenFor = MINUTE;
    const work = failing(99);

    await expect(retry(host, EVERYTHING, MINUTE, work)).rejects.toThrow('not now');

    expect(work.made).toBe(1);
  });

  it('tries nothing again when the host wants the end', async () => {
    const host = new Host();
    host.stopsAt = 0;
    const work = failing(99);

    await expect(retry(host, EVERYTHING, undefined, work)).rejects.toThrow('not now');

    expect(work.made).toBe(1);
    expect(host.sleeps).toEqual([]);
  });

  it('makes one last attempt when the host cuts a pause short', async () => {
    const host = new Host();
    host.stopsAt = SECOND / 2;
    const work = failing(99);

    await expect(retry(host, EVERYTHING, undefined, work)).rejects.toThrow('not now');

    expect(work.made).toBe(2);
  });

  it('tries a harmless write a few times even at the end', async () => {
    const host = new Host();
    host.stopsAt = 0;
    const work = failing(99, new AmbiguousWriteError('lost'));

    await expect(retry(host, RETRIES.table, MINUTE, work)).rejects.toThrow('lost');

    expect(work.made).toBe(5);
    expect(host.time).toBe(0);
  });

  it('pauses at least as long as the other side has asked for', async () => {
    const host = new Host();

    expect(await pauseBeforeRetry(host, EVERYTHING, { made: 1, atLeast: 30 * SECOND, until: MINUTE })).toBe(true);
    expect(await pauseBeforeRetry(host, EVERYTHING, { made: 1, atLeast: 30 * SECOND, until: MINUTE })).toBe(false);
    expect(await pauseBeforeRetry(host, EVERYTHING, { made: 3, atLeast: MILLISECOND })).toBe(true);

    expect(host.sleeps.map((time) => Math.ceil(time / SECOND))).toEqual([30, 4]);
  });
});
