import { describe, expect, test } from 'vitest';
import type { Connection, Row } from '../../../functions/core/model.ts';
import {
  type Claims,
  type Mark,
  OURS,
  SignInMarks,
  UNEXPECTED,
} from '../../../functions/core/requests/access/own-sign-ins.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';

const CONNECTION: Connection = {
  id: 'acme',
  source: 'memory',
  origin: 'https://memory.example',
  secret: 's',
  settings: {},
};
const ROW: Row = { value: {}, text: '{}' };
/** A second, and the instant at which it begins. */
const S = 1_772_452_800;
const T = S * SECOND;

interface Given {
  readonly seconds?: readonly number[];
  readonly fresh?: readonly number[];
  readonly syncedAt?: Instant;
  readonly claims?: Claims;
  readonly account?: string | undefined;
  readonly leaveOut?: boolean;
}

/** Marks over these records; how often they were looked at afresh, and what was kept. */
function marksOf({
  seconds = [S],
  fresh = seconds,
  syncedAt = T + DAY,
  claims = {},
  leaveOut = false,
  ...own
}: Given = {}) {
  const kept: Claims[] = [];
  let looks = 0;
  const account = 'account' in own ? own.account : 'forwarder';
  const marks = new SignInMarks(
    { account: () => account, signIn: () => ({ account: 'forwarder' }), leaveOut: () => leaveOut },
    CONNECTION,
    {
      onRecord: async (again) => {
        if (again) looks++;
        return { seconds: looks > 0 ? fresh : seconds, syncedAt };
      },
      claims,
      keep: async (all) => void kept.push(all),
    },
  );
  return {
    marks,
    kept,
    get looks() {
      return looks;
    },
    mark: (time: Instant | undefined, id = 'event', isNew = true): Promise<Mark | undefined> | undefined =>
      marks.mark(ROW, time, id, isNew),
  };
}

describe('a sign-in in the log', () => {
  test.each([
    [-MINUTE - 1, undefined],
    [-MINUTE, OURS],
    [0, OURS],
    [MINUTE, OURS],
    [MINUTE + 1, UNEXPECTED],
  ])('%d us from the only record', async (apart, mark) => {
    expect(await marksOf().mark(T + apart)).toBe(mark);
  });

  test('takes the nearest record that is free', async () => {
    const { mark, kept } = marksOf({ seconds: [S, S + 20, S + 50] });

    await mark(T + 45 * SECOND, 'one');
    await mark(T + 44 * SECOND, 'two');
    await mark(T + 43 * SECOND, 'three');

    expect(Object.keys(kept.at(-1) ?? {})).toEqual([`${S + 50}.0`, `${S + 20}.0`, `${S}.0`]);
    expect(await mark(T + 42 * SECOND, 'four')).toBe(UNEXPECTED);
  });

  test('has as many records as there were sign-ins in its second', async () => {
    const { mark, kept } = marksOf({ seconds: [S - 300, S, S] });

    expect(await mark(T, 'one')).toBe(OURS);
    expect(await mark(T, 'two')).toBe(OURS);
    expect(await mark(T, 'three')).toBe(UNEXPECTED);
    expect(Object.keys(kept.at(-1) ?? {})).toEqual([`${S}.0`, `${S}.1`]);
  });

  test('has its claim kept before it is marked, and once', async () => {
    const { mark, kept, marks } = marksOf();
    expect(marks.changed).toBe(false);

    expect([await mark(T), await mark(T), await mark(T)]).toEqual([OURS, OURS, OURS]);

    expect(kept.length).toBe(1);
    expect(marks.changed).toBe(true);
  });

  test('has the claim of a run before, whether the record is still there or not', async () => {
    const { kept, mark } = marksOf();
    await mark(T);
    const claims = kept[0] as Claims;

    for (const seconds of [[S], [S + DAY / SECOND], []]) {
      const later = marksOf({ seconds, claims });
      expect(await later.mark(T)).toBe(OURS);
      expect(await later.mark(T, 'event', false)).toBe(OURS);
      expect(later.kept).toEqual([]);
    }
    // The name of an event is not all: an id of the vendor's may come again.
    expect(await marksOf({ claims }).mark(T + DAY)).toBe(UNEXPECTED);
  });

  test('that was delivered without a claim gets none later', async () => {
    const { mark, kept } = marksOf();

    expect(await mark(T, 'event', false)).toBe(UNEXPECTED);
    expect(kept).toEqual([]);
  });

  test('without a time is none of ours', async () => {
    expect(await marksOf().mark(undefined)).toBe(UNEXPECTED);
    expect(await marksOf({ seconds: [] }).mark(undefined)).toBeUndefined();
  });

  test('says nothing where nothing is on record', async () => {
    expect(await marksOf({ seconds: [] }).mark(T)).toBeUndefined();
  });

  test.each([
    [3 * DAY - MINUTE + 1, undefined],
    [3 * DAY - MINUTE, UNEXPECTED],
  ])('says nothing where a record may have been dropped: %d us before the last one', async (before, mark) => {
    const last = S + 10 * (DAY / SECOND);
    const seconds = [S, last];

    expect(await marksOf({ seconds }).mark(last * SECOND - before)).toBe(mark);
  });
});

describe('what others have put on record meanwhile', () => {
  test('is looked at when it may matter', async () => {
    const recent = marksOf({ fresh: [S, S + 600], syncedAt: T + 10 * MINUTE });
    expect(await recent.mark(T + 10 * MINUTE - 50 * SECOND)).toBe(OURS);
    expect(recent.looks).toBe(1);

    const other = marksOf({ syncedAt: T + 10 * MINUTE });
    expect(await other.mark(T + 10 * MINUTE - 50 * SECOND)).toBe(UNEXPECTED);
  });

  test('is not looked at when it cannot', async () => {
    const one = marksOf({ fresh: [S, S + 600], syncedAt: T + 10 * MINUTE });

    await one.mark(T);
    await one.mark(T + 5 * MINUTE, 'two');
    await one.mark(T + 10 * MINUTE, 'three', false);

    expect(one.looks).toBe(0);
  });
});

describe('the account', () => {
  test('when nobody knows it: matches are marked, the rest is not', async () => {
    expect(await marksOf({ account: undefined }).mark(T)).toBe(OURS);
    // Anybody may sign in within the same minute, but hardly within the same seconds.
    expect(await marksOf({ account: undefined }).mark(T + 5 * SECOND)).toBe(OURS);
    expect(await marksOf({ account: undefined }).mark(T - 5 * SECOND)).toBe(OURS);
    expect(await marksOf({ account: undefined }).mark(T + 5 * SECOND + 1)).toBeUndefined();
    const others = { account: undefined, fresh: [S, S + 600], syncedAt: T + 10 * MINUTE };
    expect(await marksOf(others).mark(T + 10 * MINUTE - 4 * SECOND)).toBe(OURS);
    expect(await marksOf(others).mark(T + 10 * MINUTE - 6 * SECOND)).toBeUndefined();
    expect(await marksOf({ account: undefined }).mark(T + HOUR)).toBeUndefined();
    expect(marksOf({ account: undefined, leaveOut: true }).marks.leaveOut).toBe(false);
    expect(marksOf({ leaveOut: true }).marks.leaveOut).toBe(true);
    expect(marksOf().marks.leaveOut).toBe(false);
  });

  test('when it is another: nothing', () => {
    expect(marksOf({ account: 'another' }).mark(T)).toBeUndefined();
  });

  test('where logs show no sign-ins, costs nothing', () => {
    const records = { onRecord: () => Promise.reject(new Error('not asked')), claims: {}, keep: async () => undefined };

    const marks = new SignInMarks(undefined, CONNECTION, records);

    expect(marks.mark(ROW, T, 'event', true)).toBeUndefined();
    expect(marks.leaveOut).toBe(false);
  });
});

test('claims are let go when nobody can read their sign-ins again', async () => {
  const { mark, marks, kept } = marksOf({ seconds: [S, S + 100, S + 200, S + 300] });
  for (const [nth, second] of [0, 100, 200, 300].entries()) await mark(T + second * SECOND, `event ${nth}`);
  const all = kept.at(-1) as Claims;

  expect(Object.keys(marks.claimsSince(T + 320 * SECOND))).toEqual([`${S + 200}.0`, `${S + 300}.0`]);
  expect(Object.keys(marks.claimsSince(T + 320 * SECOND + 1))).toEqual([`${S + 300}.0`]);
  expect(marks.claimsSince(T)).toEqual(all);
});
