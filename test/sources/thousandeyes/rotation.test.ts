import { expect, test } from 'vitest';
import { source } from '../../../functions/sources/thousandeyes/source.ts';
import { RotationWorld } from '../../memory/rotation.ts';

test('a token is exchanged on its 180th day, and the old one lives for two weeks more', async () => {
  const world = new RotationWorld(0, source);

  expect(await world.days(179)).toMatchObject({ state: 'announced', due: '2026-07-09T06:00:00Z' });
  expect(await world.days(1)).toMatchObject({
    connection: 'thousandeyes/acme',
    state: 'rotated',
    oldDies: '2026-07-23T06:00:00Z',
  });
});

test('a token that is refused is not exchanged that day', async () => {
  const world = new RotationWorld(0, source);
  await world.days(179);
  world.rehearsal = async () => ({ status: 401, headers: {}, text: '' });

  expect(await world.days(1)).toMatchObject({
    state: 'put-off',
    message: expect.stringMatching(/not exchanged today: .*\(401\)/),
  });
});

test.each([
  [409, /has made no new credential \(409\): the token’s owner has more than one active/, '2026-07-23T06:00:00Z'],
  [401, /has made no new credential \(401\): it refuses the token/, undefined],
  [403, /has made no new credential \(403\): it does not let/, undefined],
])('status %i is explained in the vendor’s terms', async (status, message, oldDies) => {
  const world = new RotationWorld(0, source);
  await world.days(179);
  world.answers = [{ status }];

  const report = await world.days(1);

  expect(report).toMatchObject({
    state: 'stuck',
    message: expect.stringMatching(message),
    remedy: expect.stringContaining('revoke the tokens that nobody uses and make a new one; then '),
  });
  expect(report.oldDies).toBe(oldDies);
});
