import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { MemoryLogin } from '../../memory/login.ts';
import { Crash, createWorld, type World } from '../../memory/world.ts';

const EXACT = { missing: [], invented: [], repeated: [] };

/** Two feeds of a connection with sessions, and one warm process that runs all invocations. */
function warmWorld(life = HOUR): { world: World; login: MemoryLogin } {
  const world = createWorld({
    login: true,
    startFrom: 0,
    stream: { name: 'one' },
    more: [{ stream: { name: 'two' } }],
  });
  const { login } = world;
  if (!login) throw new Error('nobody signs in to this vendor');
  world.startFrom = world.now - HOUR;
  for (const [log, vendor] of world.vendors) vendor.addMany(20, world.now - HOUR, MINUTE, { fields: { log } });
  world.warm = {};
  login.life = life;
  return { world, login };
}

function states(reports: readonly { readonly state: string }[]): string[] {
  return reports.map(({ state }) => state);
}

/** Requests of feeds that the vendor refused for want of a session. */
function refusedFetches(world: World): () => number {
  const shown = () => [...world.vendors.values()].reduce((sum, { requests }) => sum + requests.length, 0);
  const before = shown();
  let sent = 0;
  world.onEffect = ({ name }) => void (name === 'fetch' && sent++);
  return () => sent - (shown() - before);
}

describe('rule 44: a warm function keeps a session in memory', () => {
  it('two invocations sign in once', async () => {
    const { world, login } = warmWorld();

    await world.run({ streams: ['one'] });
    const reports = await world.run({ streams: ['two'] });

    expect(states(reports)).toEqual(['caught-up']);
    expect(login.steps.map(({ step }) => step)).toEqual(['open']);
    expect(world.census()).toEqual(EXACT);
  });

  it('and signs in once in the life of a session, which it does not use past its end', async () => {
    const { world, login } = warmWorld(22 * MINUTE);
    const refused = refusedFetches(world);

    for (const end = world.now + 2 * HOUR; world.now < end; world.clock.advance(5 * MINUTE)) {
      expect(states(await world.run())).toEqual(['caught-up', 'caught-up']);
    }

    // Runs at 0, 5, 10, 15 and 20 minutes belong to one session: at 20 it is extended, and lasts until 42.
    expect(login.signIns.length).toBeLessThanOrEqual(3);
    expect(login.extensions.length).toBeGreaterThanOrEqual(3);
    expect(refused()).toBe(0);
    expect(world.table.loadConnection()?.signIns).toHaveLength(login.signIns.length);
  });

  it('that is over when the next invocation begins: that one signs in anew, and asks nothing before', async () => {
    const { world, login } = warmWorld(4 * MINUTE);
    const refused = refusedFetches(world);

    await world.run();
    world.clock.advance(5 * MINUTE);
    await world.run();

    expect(login.steps.map(({ step }) => step)).toEqual(['open', 'open']);
    expect(refused()).toBe(0);
  });

  it('that says nothing of its end for ten minutes', async () => {
    const { world, login } = warmWorld();
    login.tells = () => undefined;

    await world.run();
    world.clock.advance(5 * MINUTE);
    await world.run();
    expect(login.signIns.length).toBe(1);
    world.clock.advance(5 * MINUTE);
    await world.run();

    expect(login.signIns.length).toBe(2);
  });

  it('and extends it by the rules of a run, also when it takes it up', async () => {
    const { world, login } = warmWorld(10 * MINUTE);

    await world.run();
    world.clock.advance(8 * MINUTE);
    await world.run();
    world.clock.advance(8 * MINUTE);
    await world.run();

    expect(login.steps.map(({ step }) => step)).toEqual(['open', 'extend', 'extend']);
  });

  it('which it does not extend again within a minute when that failed', async () => {
    const { world, login } = warmWorld(10 * MINUTE);
    login.onStep = ({ step }) => (step === 'extend' ? { status: 500 } : undefined);

    await world.run();
    world.clock.advance(8 * MINUTE);
    await world.run();
    world.clock.advance(30 * SECOND);
    await world.run();

    expect(login.steps.map(({ step }) => step)).toEqual(['open', 'extend']);
  });

  it('until the secret has a new version', async () => {
    const { world, login } = warmWorld();

    await world.run();
    world.secretVersion = 'v2';
    world.clock.advance(15 * MINUTE);
    await world.run();

    expect(login.steps.map(({ secretVersion }) => secretVersion)).toEqual(['v1', 'v2']);
  });

  it('and never for another origin', async () => {
    const { world, login } = warmWorld();

    await world.run();
    world.origin = 'https://other.example';
    world.clock.advance(MINUTE);
    await world.run();

    expect(login.signIns.length).toBe(2);
  });

  it('until its process dies', async () => {
    const { world, login } = warmWorld();

    await world.run();
    const dying = world.run({ onEffect: ({ name }) => (name === 'fetch' ? 'crash-before' : undefined) });
    await expect(dying).rejects.toThrow(Crash);
    world.clock.advance(10 * MINUTE);
    await world.run();

    expect(login.signIns.length).toBe(2);
  });

  it('and tells the table nothing of it but that there was a sign-in', async () => {
    const { world } = warmWorld();

    await world.run();
    const before = world.table.loadConnection();
    world.clock.advance(5 * MINUTE);
    await world.run();

    expect(world.table.loadConnection()?.signIns).toEqual(before?.signIns);
    expect(Object.keys(world.table.loadConnection() ?? {}).sort()).toEqual(Object.keys(before ?? {}).sort());
  });
});

describe('rule 22: a kept session that the vendor refuses', () => {
  it('at its first use is followed by one sign-in', async () => {
    const { world, login } = warmWorld();
    await world.run();
    world.clock.advance(5 * MINUTE);
    login.end();

    expect(states(await world.run())).toEqual(['caught-up', 'caught-up']);
    expect(login.signIns.length).toBe(2);
    world.clock.advance(5 * MINUTE);
    await world.run();

    // The new one is kept.
    expect(login.signIns.length).toBe(2);
  });

  it('is never followed by two sign-ins in a run', async () => {
    const { world, login } = warmWorld();
    await world.run();
    world.clock.advance(5 * MINUTE);
    login.honoured = false;

    expect(states(await world.run())).toEqual(['refused', 'refused']);
    expect(login.signIns.length).toBe(2);
  });

  it('is dropped by a 401 also where the run could not sign in again', async () => {
    const { world, login } = warmWorld();
    await world.run();
    world.clock.advance(5 * MINUTE);
    login.end();
    login.replies.push({ network: 'reset' });

    expect(states(await world.run())).toEqual(['failed', 'failed']);
    const refused = refusedFetches(world);
    world.clock.advance(MINUTE);
    expect(states(await world.run())).toEqual(['caught-up', 'caught-up']);

    expect(refused()).toBe(0);
  });

  it('is dropped by a 403: a role that was given meanwhile may take a new sign-in', async () => {
    const { world, login } = warmWorld();
    await world.run();
    world.clock.advance(5 * MINUTE);
    world.vendor.faults.push({ status: 403 });

    expect(states(await world.run()).sort()).toEqual(['caught-up', 'forbidden']);
    expect(login.signIns.length).toBe(1);
    world.clock.advance(5 * MINUTE);
    await world.run();

    expect(login.signIns.length).toBe(2);
  });

  it('is not kept again by an extension after a 403', async () => {
    const { world, login } = warmWorld(10 * MINUTE);
    await world.run();
    world.clock.advance(6 * MINUTE + 59 * SECOND);
    world.vendor.faults.push({ status: 403, latency: 5 * SECOND });

    await world.run();
    expect(login.steps.map(({ step }) => step)).toEqual(['open', 'extend']);
    world.clock.advance(MINUTE);
    await world.run();

    expect(login.signIns.length).toBe(2);
  });
});

describe('a cold function', () => {
  it('signs in at each run, as there is no memory', async () => {
    const { world, login } = warmWorld();
    world.warm = undefined;

    await world.run();
    await world.run();

    expect(login.signIns.length).toBe(2);
  });
});
