import { describe, expect, test } from 'vitest';
import { Session } from '../../../functions/core/requests/access/session.ts';
import { ConnectionStore } from '../../../functions/core/state/connection-store.ts';
import { MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { MemoryLogin } from '../../memory/login.ts';
import { createWorld, type EffectHook, type World } from '../../memory/world.ts';

/** A run's session by itself, with the vendor that it belongs to. */
async function openSession(onEffect?: EffectHook): Promise<{ session: Session; world: World; login: MemoryLogin }> {
  const world = createWorld({ login: true });
  if (!world.login) throw new Error('nobody signs in to this vendor');
  const { effects } = world.invoke({ budget: 60 * MINUTE, ...(onEffect && { onEffect }) });
  const session = new Session({
    effects,
    title: 'Memory',
    connection: world.connection,
    store: await ConnectionStore.open(effects),
    owner: 'us',
    stopAt: world.now + 50 * MINUTE,
    endBy: world.now + 51 * MINUTE,
  });
  return { session, world, login: world.login };
}

describe('a session that several requests belong to', () => {
  test('is opened once for all that begin at the same time', async () => {
    const { session, login } = await openSession();

    await Promise.all([session.ready(), session.ready(), session.ready()]);
    await session.ready();

    expect(login.signIns.length).toBe(1);
    expect(session.number).toBe(1);
  });

  test('fails all of them when it cannot be opened, and is not tried again', async () => {
    const { session, login } = await openSession();
    login.replies.push({ status: 401 });

    const outcomes = await Promise.allSettled([session.ready(), session.ready()]);

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(session.ready()).rejects.toMatchObject({ code: 'refused' });
    expect(session.failure).toMatchObject({ code: 'refused' });
    expect(login.signIns.length).toBe(1);
  });

  test('is opened anew for the first that is refused; the others were refused the old one', async () => {
    const { session, login } = await openSession();
    await session.ready();
    const number = session.number;

    expect(session.drop(number)).toBe(true);
    expect(session.drop(number)).toBe(true);
    await session.ready();
    // Its answer has come late.
    expect(session.drop(number)).toBe(true);
    await session.ready();

    expect(login.signIns.length).toBe(2);
    expect(session.drop(session.number)).toBe(false);
    await session.ready();
    expect(login.signIns.length).toBe(2);
  });

  test('is opened anew also when it was just being extended', async () => {
    const { session, world, login } = await openSession(({ name, nth }) =>
      name === 'obtainToken' && nth === 2 ? { latency: 5 * SECOND } : undefined,
    );
    await session.ready();
    const number = session.number;
    world.clock.advance(8 * MINUTE);

    const extending = session.ready();
    await world.clock.wait(SECOND);
    session.drop(number);
    await session.ready();
    await extending;

    expect(login.steps.map(({ step }) => step)).toEqual(['open', 'extend', 'open']);
    expect(session.number).toBe(2);
  });

  test('stays kept for later invocations when the session before it is refused once more', async () => {
    const { session, world } = await openSession();
    world.warm = {};
    await session.ready();
    const { number } = session;
    session.forget(number);
    session.drop(number);
    await session.ready();

    // Its answer has come late.
    session.forget(number);
    expect(world.warm).toHaveProperty('kept');

    session.forget(session.number);
    expect(world.warm).not.toHaveProperty('kept');
  });

  test('is extended once for all', async () => {
    const { session, world, login } = await openSession();
    await session.ready();
    world.clock.advance(8 * MINUTE);

    await Promise.all([session.ready(), session.ready()]);
    await session.ready();

    expect(login.extensions.length).toBe(1);
  });
});
