import { describe, expect, test } from 'vitest';
import { Pacer } from '../../../functions/core/requests/pacer.ts';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';

const NOW = 1_000 * HOUR;
const PACE = { bucket: 'audit', perMinute: 7 };

function quota(remaining: number, resetAt = NOW + MINUTE, limit = 100) {
  return { limit, remaining, resetAt };
}

describe('a quota', () => {
  test.each([
    ['is left alone in its last tenth', quota(10), NOW + MINUTE],
    ['is used before', quota(11), 0],
    ['that was reset a moment ago is given one', quota(0, NOW - HOUR), NOW + SECOND],
    ['that is reset at once is given a moment', quota(0, NOW), NOW + SECOND],
    ['that is never reset is not believed', quota(0, NOW + 900 * HOUR), NOW + HOUR],
    ['without a limit says nothing but that it is used up', quota(0, NOW + MINUTE, 0), NOW + MINUTE],
  ])('%s', (_, learned, until) => {
    const pacer = new Pacer();
    pacer.learn(learned, NOW);

    expect(pacer.until).toBe(until);
    expect(pacer.quota).toEqual(learned);
    // It is our own carefulness, not the vendor’s wish.
    expect(pacer.throttled).toBe(false);
    if (until > 0)
      expect(pacer.why).toBe(
        `${learned.remaining} of ${learned.limit} requests are left, and the last tenth is for others`,
      );
  });

  test('that an answer does not tell is as it was', () => {
    const pacer = new Pacer();
    pacer.learn(quota(5), NOW);
    pacer.learn(undefined, NOW);

    expect(pacer.quota).toEqual(quota(5));
  });
});

describe('a wish to be left alone', () => {
  test('lasts until its end, whatever is wished later', () => {
    const pacer = new Pacer();
    pacer.hold(NOW + HOUR, 'long');
    pacer.hold(NOW + MINUTE, 'short', false);
    pacer.hold(NOW + HOUR, 'as long', false);

    expect([pacer.until, pacer.why, pacer.throttled]).toEqual([NOW + HOUR, 'long', true]);
    pacer.hold(NOW + 2 * HOUR, 'longer', false);
    expect([pacer.until, pacer.why, pacer.throttled]).toEqual([NOW + 2 * HOUR, 'longer', false]);
  });
});

describe('turns', () => {
  test('come evenly spaced, never too soon', () => {
    const pacer = new Pacer();
    const turns = [0, 0, 0, 20 * SECOND, 0].map((later) => {
      const turn = pacer.turn(PACE, NOW + later);
      pacer.take(PACE, turn);
      return turn - NOW;
    });

    expect(turns).toEqual([0, 8_571_429, 17_142_858, 25_714_287, 34_285_716]);
    expect(turns[1]).toBeGreaterThanOrEqual(MINUTE / 7);
  });

  test('that are not taken are there for others', () => {
    const pacer = new Pacer();
    pacer.take(PACE, pacer.turn(PACE, NOW));

    expect([1, 2, 3].map(() => pacer.turn(PACE, NOW))).toEqual(Array(3).fill(NOW + 8_571_429));
  });

  test('that nobody wanted are not saved up', () => {
    const pacer = new Pacer();
    pacer.take(PACE, pacer.turn(PACE, NOW));
    pacer.take(PACE, pacer.turn(PACE, NOW + HOUR));

    expect(pacer.turn(PACE, NOW + HOUR)).toBe(NOW + HOUR + 8_571_429);
  });

  test('of buckets are their own; the last of them is known', () => {
    const pacer = new Pacer();
    const slow = { bucket: 'report', perMinute: 1 };
    expect(pacer.lastTurn).toBe(0);
    pacer.take(slow, pacer.turn(slow, NOW));
    pacer.take(PACE, pacer.turn(PACE, NOW));

    expect(pacer.turn({ ...PACE, bucket: 'other' }, NOW)).toBe(NOW);
    expect(pacer.lastTurn).toBe(NOW + MINUTE);
  });

  test('are everybody’s where there is no pace', () => {
    const pacer = new Pacer();
    pacer.take(undefined, pacer.turn(undefined, NOW));

    expect(pacer.turn(undefined, NOW)).toBe(NOW);
    expect(pacer.perMinute).toBeUndefined();
    expect(pacer.lastTurn).toBe(0);
  });

  test('say at which pace they come', () => {
    const pacer = new Pacer();
    pacer.turn(PACE, NOW);

    expect(pacer.perMinute).toBe(7);
  });
});

describe('a pacer beside another', () => {
  test('shares its turns and its pause, and keeps what it learns to itself', () => {
    const pacer = new Pacer();
    pacer.hold(NOW + MINUTE, 'busy');
    const beside = new Pacer(pacer);
    beside.take(PACE, NOW);
    beside.learn(quota(0, NOW + HOUR), NOW);

    expect([beside.until, beside.throttled]).toEqual([NOW + HOUR, false]);
    expect([pacer.until, pacer.why, pacer.throttled, pacer.quota]).toEqual([NOW + MINUTE, 'busy', true, undefined]);
    expect(pacer.turn(PACE, NOW)).toBe(NOW + 8_571_429);
    expect([new Pacer(pacer).until, new Pacer(pacer).why, new Pacer(pacer).throttled]).toEqual([
      NOW + MINUTE,
      'busy',
      true,
    ]);
  });
});
