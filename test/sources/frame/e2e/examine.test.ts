import { expect } from 'vitest';
import { source } from '../../../../functions/sources/frame/source.ts';
import { examined, redOf } from '../../../e2e/examined.ts';
import { test } from './stage.ts';

const ALL = source.streams.map(({ name }) => name);

test('an examination asks every stream, and tells apart what is wrong with one and with all', async ({ start }) => {
  const bench = await start({ minutes: 30 });
  const { vendor } = bench;
  const examine = async (faults: object) => {
    vendor.reset();
    vendor.setFaults(faults);
    return await examined(bench, ALL);
  };

  const well = await examine({});
  expect(redOf(well)).toEqual([]);
  const answers = well.filter(({ check }) => check === 'answers').map(({ subject }) => subject.split('/')[1]);
  expect(answers).toEqual(ALL);
  // A page and the one behind it for each stream, and the lookup of the account.
  expect(vendor.counters.requests).toBeLessThanOrEqual(2 * ALL.length + 2);

  const refused = await examine({ tokenExpired: true });
  expect(redOf(refused)).toEqual(['sign-in']);
  expect(vendor.counters.requests).toBeLessThanOrEqual(4);

  // A signature holds the time: a clock explains why it is refused.
  const skewed = await examine({ tokenExpired: true, clockSkewSeconds: 90 });
  expect(redOf(skewed)).toEqual(['clock']);
  expect(skewed.find(({ ok }) => !ok)?.waiting).toContain('sign-in');

  expect(redOf(await examine({ forbidden: true }))).toEqual(['answers']);
  const one = await examine({ forbiddenAt: 'accounts' });
  expect(redOf(one)).toEqual(['accounts answers']);
  expect(redOf(await examine({ throttle: { next: 100, retryAfter: 600 } }))).toEqual(['quota']);
  expect(vendor.counters.requests).toBe(1);
});
