import { describe, expect, test } from 'vitest';
import {
  type Attempt,
  isOurs,
  isUnderWay,
  secondOf,
  signInHold,
  withAttempt,
  withClock,
  withoutAttempt,
} from '../../../functions/core/requests/access/sign-in-record.ts';
import type { ConnectionState } from '../../../functions/core/stored/connection-state.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';

const NOW = 1_772_452_800 * SECOND;
const NOTHING: ConnectionState = { version: 3, refusals: 0 };
const OURS: Attempt = { owner: 'us', at: NOW, secretVersion: 'v1', second: 1_772_452_800 };
const THEIRS: Attempt = { ...OURS, owner: 'them', at: NOW - 10 * SECOND, second: 1_772_452_790 };

describe('an attempt to sign in', () => {
  test('is on record as soon as it is meant to be made', () => {
    expect(withAttempt(NOTHING, OURS)).toEqual({
      ...NOTHING,
      signIns: [1_772_452_800],
      signingIn: { owner: 'us', at: NOW, secretVersion: 'v1', untold: 1 },
    });
    expect(isOurs(withAttempt(NOTHING, OURS), OURS)).toBe(true);
    expect(isOurs(withAttempt(NOTHING, OURS), { ...OURS, at: NOW + 1 })).toBe(false);
    expect(isOurs(withAttempt(NOTHING, OURS), THEIRS)).toBe(false);
    expect(isOurs(NOTHING, OURS)).toBe(false);
  });

  test('stays on record when it is over, unless it was not made', () => {
    const state = withAttempt({ ...NOTHING, signIns: [1_772_452_800, 1_772_452_900] }, OURS);
    expect(state.signIns).toEqual([1_772_452_800, 1_772_452_800, 1_772_452_900]);

    expect(withoutAttempt(state, OURS, true)).toEqual({ ...NOTHING, signIns: state.signIns });
    expect(withoutAttempt(state, OURS, false)).toEqual({ ...NOTHING, signIns: [1_772_452_800, 1_772_452_900] });
  });

  test('leaves the records of others alone, and is over once', () => {
    const state = withAttempt({ ...NOTHING, signIns: [1_772_452_800] }, THEIRS);
    const over = withoutAttempt(withAttempt(NOTHING, OURS), OURS, true);

    expect(withoutAttempt(state, OURS, false)).toBe(state);
    expect(withoutAttempt(over, OURS, false)).toBe(over);
    expect(withClock(state, OURS, 60)).toBe(state);
    expect(withClock(over, OURS, 60)).toBe(over);
  });

  test('that is not among the records is none of them', () => {
    const state = { ...withAttempt(NOTHING, OURS), signIns: [1, 2, 3] };

    expect(withoutAttempt(state, OURS, false).signIns).toEqual([1, 2, 3]);
  });

  test('moves to where the vendor’s clock has it', () => {
    const state = withAttempt({ ...NOTHING, signIns: [1_772_452_700, 1_772_452_750] }, OURS);

    expect(withClock(state, OURS, 70)).toMatchObject({
      signIns: [1_772_452_700, 1_772_452_730, 1_772_452_750],
      clockOffset: 70,
    });
    expect(withClock(state, OURS, -70).signIns).toEqual([1_772_452_700, 1_772_452_750, 1_772_452_870]);
  });

  test('drops the records of three days ago', () => {
    const old = 1_772_452_800 - 3 * (DAY / SECOND);

    expect(withAttempt({ ...NOTHING, signIns: [old - 1, old, old + 1] }, OURS).signIns).toEqual([
      old + 1,
      1_772_452_800,
    ]);
  });

  test.each([
    [0, undefined, 1_772_452_800],
    [999_999, 0, 1_772_452_800],
    [0, 45, 1_772_452_755],
    [0, -45, 1_772_452_845],
  ])('is known by a second: %d us later, offset %s', (later, offset, second) => {
    expect(secondOf(NOW + later, offset)).toBe(second);
  });
});

describe('the attempt of another', () => {
  const state = withAttempt(NOTHING, THEIRS);

  test.each([
    ['is waited for', NOW, 'v1', true],
    ['is waited for to its end', THEIRS.at + 45 * SECOND - 1, 'v1', true],
    ['is not waited for when it is overdue', THEIRS.at + 45 * SECOND, 'v1', false],
    ['is not waited for with a clock that is far ahead', THEIRS.at - 45 * SECOND, 'v1', false],
    ['is not waited for with another secret', NOW, 'v2', false],
  ])('%s', (_, now, secretVersion, underWay) => {
    expect(isUnderWay(state, secretVersion, now)).toBe(underWay);
    expect(isUnderWay(NOTHING, secretVersion, now)).toBe(false);
  });

  test('keeps ours from being made', () => {
    expect(withAttempt(state, OURS)).toBe(state);
    const twice = withAttempt(withAttempt(NOTHING, { ...THEIRS, at: NOW - 2 * MINUTE }), THEIRS);
    expect(withAttempt(twice, { ...OURS, at: NOW + MINUTE })).toBe(twice);
    expect(isOurs(withAttempt(state, { ...OURS, at: NOW + 2 * HOUR }), { ...OURS, at: NOW + 2 * HOUR })).toBe(true);
    expect(isOurs(withAttempt(state, { ...OURS, secretVersion: 'v2' }), OURS)).toBe(true);
  });
});

describe('a hold', () => {
  const refused = {
    ...NOTHING,
    signIn: 'refused',
    secretVersion: 'v1',
    notBefore: NOW + HOUR,
    message: 'no',
  } satisfies ConnectionState;

  test.each([
    ['lasts', refused, NOW, 'v1', { signIn: 'refused', notBefore: NOW + HOUR, message: 'no' }],
    ['has an end', refused, NOW + HOUR, 'v1', undefined],
    ['is about one secret', refused, NOW, 'v2', undefined],
    ['is about signing in', { ...refused, signIn: undefined } as unknown as ConnectionState, NOW, 'v1', undefined],
    [
      'need not say why',
      { ...NOTHING, signIn: 'throttled', secretVersion: 'v1', notBefore: NOW + 1 } satisfies ConnectionState,
      NOW,
      'v1',
      { signIn: 'throttled', notBefore: NOW + 1, message: 'The sign-in was refused.' },
    ],
  ] as const)('%s', (_, state, now, secretVersion, hold) => {
    expect(signInHold(state, secretVersion, now)).toEqual(hold);
    expect(withAttempt(state, { ...OURS, at: now, secretVersion }) === state).toBe(hold !== undefined);
  });

  test.each([
    ['is not yet', 45 * SECOND - 1, 'v1', false],
    ['is', 45 * SECOND, 'v1', true],
    ['is until an hour has passed', HOUR - 1, 'v1', true],
    ['is not after an hour', HOUR, 'v1', false],
    ['is not for another secret', 10 * MINUTE, 'v2', false],
  ])('%s there for a second attempt whose outcome nobody lived to note', (_, later, secretVersion, isHeld) => {
    const before = withAttempt(NOTHING, { ...OURS, at: NOW - MINUTE });
    const hold = signInHold(withAttempt(before, OURS), secretVersion, NOW + later);

    expect(signInHold(withAttempt(NOTHING, OURS), secretVersion, NOW + later)).toBeUndefined();

    expect(hold).toEqual(
      isHeld
        ? {
            signIn: 'refused',
            notBefore: NOW + HOUR,
            message:
              'The last 2 runs that signed in (the latest at 2026-03-02T12:00:00Z) ended before the answer was on record: the sign-in may have been refused.',
          }
        : undefined,
    );
  });
});
