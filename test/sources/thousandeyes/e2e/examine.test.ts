import { expect } from 'vitest';
import { examined, redOf } from '../../../e2e/examined.ts';
import { STREAM, test } from './stage.ts';

const STREAMS = [STREAM];

test('an examination names the one thing that is wrong, each time with what to do', async ({ start }) => {
  const bench = await start({ minutes: 30 });
  const { vendor } = bench;
  const examine = async (faults: object) => {
    vendor.reset();
    vendor.setFaults(faults);
    return await examined(bench, STREAMS);
  };
  const only = async (faults: object) => {
    const findings = await examine(faults);
    return { red: redOf(findings), ...findings.find(({ ok }) => !ok) };
  };

  expect(redOf(await examine({}))).toEqual([]);
  expect(vendor.counters.requests).toBeLessThanOrEqual(4);

  expect(await only({ tokenExpired: true })).toMatchObject({
    red: ['sign-in'],
    found: expect.stringContaining('it has expired or was revoked'),
    remedy: expect.stringContaining('User API Tokens'),
    waiting: ['quota', 'visibility', STREAM],
  });
  expect(vendor.counters.requests).toBe(1);
  expect(await only({ forbidden: true })).toMatchObject({
    red: [`${STREAM} answers`],
    remedy: expect.stringContaining('View activity log for all users in account group'),
  });
  expect(await only({ throttle: { next: 100, retryAfter: 600 } })).toMatchObject({
    red: ['quota'],
    found: expect.stringContaining('quota is used up (429)'),
  });
  expect(vendor.counters.requests).toBe(1);
  expect(await only({ clockSkewSeconds: 900 })).toMatchObject({
    red: ['clock'],
    found: expect.stringMatching(/1[45]m.* ahead of ours/),
  });
  expect(await only({ hang: { next: 0 }, html: { next: 100 } })).toMatchObject({ red: ['reachable'] });
  expect(await only({ foreignNext: { next: 100 } })).toMatchObject({ red: [`${STREAM} order`] });
});

test('a token that sees its owner only is found, and nothing else', async ({ start }) => {
  const bench = await start({ vendor: { role: 'regular' } });

  const findings = await examined(bench, STREAMS);

  expect(redOf(findings)).toEqual(['visibility']);
  expect(findings.find(({ ok }) => !ok)?.found).toContain('View activity log for all users in account group');
});
