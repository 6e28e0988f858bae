import { describe, expect, test } from 'vitest';
import { NetworkError } from '../../../functions/core/errors.ts';
import { idOf } from '../../../functions/core/rotation/exchange.ts';
import { DAY, floorTo, HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { Died, RotationWorld, type VendorAnswer } from '../../memory/rotation.ts';

/** A world in which the token is to be exchanged tomorrow. */
async function dueTomorrow(): Promise<RotationWorld> {
  const world = new RotationWorld();
  expect(await world.days(179)).toMatchObject({ state: 'announced', due: '2026-07-09T06:00:00Z' });
  return world;
}

describe('when', () => {
  test('a token is exchanged on its 180th day, after a week’s notice, and the next one 180 days later', async () => {
    const world = new RotationWorld();

    expect(await world.days(172)).toMatchObject({ state: 'young', due: '2026-07-09T06:00:00Z' });
    expect(world.versions).toHaveLength(1);
    expect(await world.days(7)).toMatchObject({
      state: 'announced',
      message: 'The credential in secret tidemark/memory/acme will be exchanged on 2026-07-09.',
    });
    expect(await world.days(1)).toEqual({
      connection: 'memory/acme',
      secret: 'tidemark/memory/acme',
      state: 'rotated',
      message: 'Secret tidemark/memory/acme holds a new credential; the old one dies on 2026-07-23 at the latest.',
      oldDies: '2026-07-23T06:00:00Z',
      validUntil: '2028-07-08T06:00:00Z',
    });
    expect(world.current).toMatchObject({ token: 'made-1', labels: ['AWSCURRENT', 'AWSPENDING'] });
    expect(await world.days(179)).toMatchObject({ state: 'announced' });
    expect(await world.days(1)).toMatchObject({ state: 'rotated' });
    expect(world.asked).toBe(2);
  });

  test('an old token is not exchanged at first visibility, but a week later', async () => {
    const world = new RotationWorld(500 * DAY);

    expect(await world.invoke()).toMatchObject({ state: 'announced', due: '2026-01-17T04:00:00Z' });
    // A deployment may invoke as often as it likes.
    for (let count = 0; count < 5; count++) expect((await world.invoke()).state).toBe('announced');
    expect((await world.days(6)).state).toBe('announced');
    expect(world.asked).toBe(0);
    expect((await world.days(1)).state).toBe('rotated');
  });

  test('whoever has been switched off in between begins anew', async () => {
    const world = new RotationWorld(500 * DAY);
    await world.days(6);
    world.now += 40 * DAY;

    expect((await world.invoke()).state).toBe('announced');
    expect((await world.days(6)).state).toBe('announced');
    expect((await world.days(1)).state).toBe('rotated');
  });

  test('days that come an hour early or late, or not at all, change nothing', async () => {
    const world = new RotationWorld(500 * DAY);
    await world.invoke();
    for (const hours of [25, 23, 71, 24]) {
      world.now += hours * HOUR;
      expect((await world.invoke()).state).toBe('announced');
    }
    world.now += 24 * HOUR;

    expect((await world.invoke()).state).toBe('rotated');
  });

  test('what was seen of another version does not count for an older one that is current again', async () => {
    const world = new RotationWorld(200 * DAY);
    await world.days(6);
    world.put({ id: 'v-older', createdAt: world.now - 500 * DAY, token: 'first', labels: [] }, ['AWSCURRENT']);

    expect((await world.days(2)).state).toBe('announced');
    expect(world.asked).toBe(0);
  });

  test('another token in the secret has its own 180 days', async () => {
    const world = await dueTomorrow();
    world.setSecret('by-hand');

    expect((await world.days(1)).state).toBe('young');
    expect(world.asked).toBe(0);
  });
});

describe('a vendor that cannot be asked today', () => {
  test.each([
    ['does not answer', () => Promise.reject(new NetworkError('api: ECONNREFUSED')), /not exchanged today: api: ECONN/],
    ['is down', async () => ({ status: 503, headers: {}, text: 'soon' }), /not exchanged today: .*503.*soon/],
    ['refuses the token', async () => ({ status: 401, headers: {}, text: '' }), /not exchanged today: .* answered 401/],
  ])('because it %s is left alone until tomorrow', async (_, rehearsal, message) => {
    const world = await dueTomorrow();
    const well = world.rehearsal;
    world.rehearsal = rehearsal;

    expect(await world.days(1)).toMatchObject({ state: 'put-off', message: expect.stringMatching(message) });
    expect(world.labelled('AWSPENDING')).toBeUndefined();
    world.rehearsal = well;
    expect((await world.days(1)).state).toBe('rotated');
    expect(world.asked).toBe(1);
  });

  test('for a month wants a person', async () => {
    const world = await dueTomorrow();
    world.rehearsal = () => Promise.reject(new NetworkError('api: ECONNREFUSED'));

    expect((await world.days(30)).state).toBe('put-off');
    expect(await world.days(1)).toMatchObject({
      state: 'stuck',
      since: '2026-07-09T06:00:00Z',
      message: expect.stringMatching(/ECONNREFUSED\. It has been due since 2026-07-09\. .* its own end/),
      remedy: expect.stringContaining('npx tidemark secret set tidemark/memory/acme --cloud'),
    });
  });

  test('is not asked in an invocation that has no time to store what it gives', async () => {
    const world = await dueTomorrow();
    world.remaining = 119 * SECOND;

    expect(await world.days(1)).toMatchObject({
      state: 'put-off',
      message: expect.stringContaining('less than 2m left'),
    });
    expect(world.asked).toBe(0);
  });

  test('as it is busy (429) has made nothing: the note goes, and tomorrow is another day', async () => {
    const world = await dueTomorrow();
    world.answers = [{ status: 429 }];

    expect(await world.days(1)).toMatchObject({ state: 'put-off', message: expect.stringContaining('busy (429)') });
    // Not twice on a day, whoever invokes.
    world.now += HOUR;
    expect((await world.invoke()).state).toBe('elsewhere');
    expect(world.asked).toBe(1);
    expect((await world.days(1)).state).toBe('rotated');
  });
});

describe('an attempt that ends badly', () => {
  const DYING = 'The credential in the secret dies on 2026-07-23 at the latest.';
  const WORKS = 'The credential in the secret works until its own end, which is not known.';

  test.each<[string, VendorAnswer, RegExp, string]>([
    ['409', { status: 409 }, /has made no new credential \(409\): more than one token is active/, DYING],
    ['401', { status: 401 }, /has made no new credential \(401\): it refuses the token/, WORKS],
    ['403', { status: 403 }, /has made no new credential \(403\): it does not let/, WORKS],
    ['400', { status: 400 }, /failed \(400\): it may have made/, DYING],
    ['500', { status: 500 }, /failed \(500\): it may have made/, DYING],
    ['503 although it made one', { status: 503, makes: true }, /failed \(503\): it may have made/, DYING],
    ['a redirect', { status: 302 }, /failed \(302\): it may have made/, DYING],
    ['an unreadable 201', { unreadable: true }, /has made a new credential \(201\), but its answer/, DYING],
    ['a lost answer', { lost: true }, /answer was lost: it may have made/, DYING],
  ])(
    'with %s is told every day and never repeated, until a person has put a token in',
    async (_, answer, what, life) => {
      const world = await dueTomorrow();
      world.answers = [answer];

      const reports = [await world.days(1), await world.days(1), await world.days(8)];

      for (const report of reports) {
        expect(report).toMatchObject({
          state: 'stuck',
          since: '2026-07-09T06:00:00Z',
          remedy: expect.stringMatching(
            /Revoke the tokens that nobody uses and make a new one; then .* secret set tidemark\/memory\/acme --cloud$/,
          ),
        });
        expect(report.message).toMatch(what);
        expect(report.message).toContain('was begun on 2026-07-09');
        expect(report.message.endsWith(life), report.message).toBe(true);
        expect(report.oldDies).toBe(life === DYING ? '2026-07-23T06:00:00Z' : undefined);
      }
      expect(world.asked).toBe(1);
      world.setSecret('by-hand');
      expect((await world.days(1)).state).toBe('young');
      expect((await world.days(179)).state).toBe('rotated');
      expect(world.current.token).toBe('made-2');
    },
  );

  test('is stuck at once, not only when an invocation could no longer be at it', async () => {
    const world = await dueTomorrow();
    world.answers = [{ status: 409 }];
    await world.days(1);

    expect((await world.invoke()).state).toBe('stuck');
  });

  test('says so when the old token has died since, and when it dies by itself before', async () => {
    const world = await dueTomorrow();
    world.answers = [{ lost: true }];
    await world.days(1);
    expect((await world.days(15)).message).toContain('has died on 2026-07-23 at the latest.');

    world.current.labels = [];
    const validUntil = world.now + 3 * DAY;
    world.put({ id: 'v-first', createdAt: world.now - 500 * DAY, token: 'first', validUntil, labels: [] }, [
      'AWSCURRENT',
    ]);
    expect((await world.invoke()).oldDies).toBe('2026-07-23T06:00:00Z');
  });

  test('because Secrets Manager takes nothing until the end of the invocation is told as a loss', async () => {
    const world = await dueTomorrow();
    world.hook = ({ name, when }) => {
      if (name === 'store' && when === 'before') throw new Error('ThrottlingException: slow down');
    };

    const report = await world.days(1);

    expect(report).toMatchObject({
      state: 'stuck',
      message: expect.stringContaining('did not take it in time: it is lost'),
    });
    expect(report.oldDies).toBe('2026-07-23T06:00:00Z');
    // It was tried until no further attempt fitted in, and there was time left to write down how it ended.
    expect(world.remaining).toBeGreaterThanOrEqual(3 * SECOND);
    expect(world.remaining).toBeLessThan((3 + 10) * SECOND);
    expect(world.labelled('AWSPENDING')?.note?.ended).toEqual({ how: 'not-stored' });
    expect(world.logged.filter((line) => line.includes('slow down')).length).toBeGreaterThan(10);
  });
});

test('a token that Secrets Manager does not take at first is stored as soon as it does', async () => {
  const world = await dueTomorrow();
  let refusals = 4;
  world.hook = ({ name, when }) => {
    // The last refusal comes too late: the value is there.
    if (name === 'store' && when === (refusals > 1 ? 'before' : 'after') && refusals-- > 0) throw new Error('busy');
  };

  expect((await world.days(1)).state).toBe('rotated');
  expect(world.asked).toBe(1);
  expect(world.current.token).toBe('made-1');
});

describe('somebody else', () => {
  test('has a pending version: nothing is done until it is gone', async () => {
    const world = await dueTomorrow();
    world.put({ id: 'v-foreign', createdAt: world.now, token: 'foreign', labels: [] }, ['AWSPENDING']);

    const report = await world.days(1);

    expect(report).toMatchObject({
      state: 'stuck',
      message: expect.stringContaining('pending version since 2026-07-08 that is not Tidemark’s'),
      remedy: expect.stringContaining('--version-stage AWSPENDING --remove-from-version-id v-foreign'),
      oldDies: '2026-07-22T06:00:00Z',
    });
    expect(world.labelled('AWSPENDING')?.id).toBe('v-foreign');
    expect(world.asked).toBe(0);
  });

  test('left a pending version behind that is older than the current one: it is of no interest', async () => {
    const world = new RotationWorld();
    world.put({ id: 'v-foreign', createdAt: world.now - DAY, token: 'foreign', labels: [] }, ['AWSPENDING']);

    expect((await world.days(179)).state).toBe('announced');
    expect((await world.days(1)).state).toBe('rotated');
  });

  test('left one behind, and what Secrets Manager shows is old: only what is new counts', async () => {
    const world = new RotationWorld();
    world.put({ id: 'v-foreign', createdAt: world.now - DAY, token: 'foreign', labels: [] }, ['AWSPENDING']);
    await world.days(179);
    world.hook = ({ name, when }) => {
      if (name === 'note' && when === 'before') world.staleLooks = 1;
    };

    expect((await world.days(1)).state).toBe('rotated');
    expect(world.staleLooks).toBeLessThanOrEqual(0);
  });

  test('may have written the note whose answer got lost: ours goes, since nobody was asked, another one stays', async () => {
    const world = await dueTomorrow();
    world.hook = ({ name, when }) => {
      if (name === 'note' && when === 'after') throw new Error('the answer was lost');
    };
    await expect(world.days(1)).rejects.toThrow('the answer was lost');
    expect([world.asked, world.labelled('AWSPENDING')]).toEqual([0, undefined]);

    world.now += DAY;
    world.hook = ({ name, when }) => {
      if (name !== 'note' || when !== 'before') return;
      const note = { attempt: 'another', connection: 'memory/acme', of: world.current.id, at: world.now };
      const today = idOf(`attempt of ${world.current.id} on ${floorTo(world.now, DAY)}`);
      world.put({ id: today, createdAt: world.now, note, labels: [] }, ['AWSPENDING']);
      throw new Error('throttled');
    };
    await expect(world.invoke()).rejects.toThrow('throttled');
    expect(world.labelled('AWSPENDING')?.note?.attempt).toBe('another');
    expect(world.asked).toBe(0);
  });

  test('is at it: of two invocations at once, one asks the vendor', async () => {
    const world = await dueTomorrow();
    world.now += DAY;

    const states = await Promise.all([world.invoke(), world.invoke(), world.invoke()]);

    expect(states.map(({ state }) => state).toSorted()).toEqual(['elsewhere', 'elsewhere', 'rotated']);
    expect(world.asked).toBe(1);
  });

  test('began a moment ago: that is no reason to call a person yet', async () => {
    const world = await dueTomorrow();
    world.now += DAY;
    world.hook = ({ name, when }) => {
      if (name === 'note' && when === 'after') throw new Died();
      if (name === 'takeBack') throw new Died();
    };
    await world.invoke().catch(() => undefined);
    world.hook = () => undefined;

    world.now += 14 * MINUTE;
    expect((await world.invoke()).state).toBe('elsewhere');
    world.now += 2 * MINUTE;
    expect((await world.invoke()).state).toBe('stuck');
  });

  test('puts a token in just before we begin: ours is not asked for', async () => {
    const world = await dueTomorrow();
    world.hook = ({ name, when }) => {
      if (name === 'note' && when === 'before') world.setSecret('by-hand');
    };

    expect((await world.days(1)).state).toBe('elsewhere');
    expect(world.asked).toBe(0);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });
});

test('whatever step the process dies at, the vendor is asked once, and what is not stored is stuck', async () => {
  const counting = await dueTomorrow();
  const first = counting.effects;
  await counting.days(1);
  const count = counting.effects - first;
  expect(count).toBeGreaterThanOrEqual(7);

  for (let number = 1; number <= count; number++) {
    for (const when of ['before', 'after'] as const) {
      const step = `${when} ${number}`;
      const world = await dueTomorrow();
      const dead = world.effects + number;
      let diedAt = '';
      world.hook = (call) => {
        // From there on nothing of this process reaches anybody.
        if (diedAt !== '' || (call.number === dead && call.when === when)) {
          diedAt ||= `${call.when} ${call.name}`;
          throw new Died();
        }
      };
      world.remaining = 125 * SECOND;
      await world.days(1).catch(() => undefined);
      expect(diedAt, step).not.toBe('');
      world.hook = () => undefined;
      world.remaining = 5 * MINUTE;

      const report = await world.days(1);

      const [hasAsked, hasStored] = [world.asked > 0, world.current.token === 'made-1'];
      expect(world.asked, step).toBeLessThanOrEqual(1);
      if (hasStored) expect(['young', 'rotated'], step).toContain(report.state);
      else expect(report.state, `${step}, ${diedAt}`).toBe('stuck');
      // A lost token is never without a day on which the old one dies.
      if (hasAsked && !hasStored) expect(report.oldDies, step).toBe('2026-07-23T06:00:00Z');
      await world.days(10);
      expect(world.asked, step).toBeLessThanOrEqual(1);
    }
  }
});
