import { expect } from 'vitest';
import { source } from '../../../../functions/sources/vbrick/source.ts';
import { examined, redOf } from '../../../e2e/examined.ts';
import { test } from './stage.ts';

const ALL = source.streams.map(({ name }) => name);

test('an examination signs in once, and tells a refused sign-in from a stream that is forbidden', async ({ start }) => {
  const bench = await start({ minutes: 30 });
  const { vendor } = bench;

  expect(redOf(await examined(bench, ALL))).toEqual([]);
  expect(vendor.counters.logins).toMatchObject({ successful: 1, failed: 0 });

  // The session lasts: it is taken over.
  expect(redOf(await examined(bench, ALL))).toEqual([]);
  expect(vendor.counters.logins).toMatchObject({ successful: 1, failed: 0 });

  vendor.setFaults({ forbidden: true });
  expect(redOf(await examined(bench, ALL))).toEqual(['answers']);
});

test('a refused sign-in is not tried again by looking', async ({ start }) => {
  const bench = await start({ minutes: 30, vendor: { faults: { loginRefused: { next: 100 } } } });

  const first = await examined(bench, ALL);
  const second = await examined(bench, ALL);

  expect([redOf(first), redOf(second)]).toEqual([['sign-in'], ['sign-in']]);
  expect(bench.vendor.counters.logins).toMatchObject({ successful: 0, failed: 1 });
  expect(second.find(({ ok }) => !ok)?.remedy).toContain('are not tried again before');
});
