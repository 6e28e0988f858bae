import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { WarmMemory } from '../../memory/invocation.ts';
import type { RunOptions, World } from '../../memory/world.ts';
import { createWorld } from '../../memory/world.ts';
import { at, EXACT, filledWorld, loginOf } from '../set-up.ts';

/** A world that has caught up with the first version of its secret, and a process that remembers that. */
async function settledWorld(world = filledWorld()): Promise<{ world: World; warm: WarmMemory }> {
  const warm: WarmMemory = {};
  await world.run({ warm });
  world.vendor.requests.length = 0;
  world.clock.advance(5 * MINUTE);
  return { world, warm };
}

/** The versions of the secret that a run's requests carried, without repetitions. */
async function versionsOf(world: World, options: RunOptions): Promise<string[]> {
  const before = world.vendor.requests.length;
  await world.run(options);
  return [...new Set(world.vendor.requests.slice(before).map(({ secretVersion }) => secretVersion))];
}

describe('rule 44: a warm function remembers the secret', () => {
  it('for a quarter of an hour, as long as it works', async () => {
    const { world, warm } = await settledWorld();
    world.secretVersion = 'v2';

    expect(await versionsOf(world, { warm })).toEqual(['v1']);
    world.clock.advance(10 * MINUTE);
    expect(await versionsOf(world, { warm })).toEqual(['v2']);
  });

  it.each([401, 403])(
    'and reads it at once when the vendor answers %i: the run goes on with the new one',
    async (status) => {
      const { world, warm } = await settledWorld();
      world.vendor.addMany(5, at('12:00:00'), SECOND);
      world.vendor.onRequest = ({ secretVersion }) => (secretVersion === 'v1' ? { status } : undefined);
      world.secretVersion = 'v2';

      const [report] = await world.run({ warm });

      expect(report).toMatchObject({ state: 'caught-up', delivered: 5, retries: 1 });
      expect(world.vendor.requests.filter(({ secretVersion }) => secretVersion === 'v1')).toHaveLength(1);
      expect(world.table.loadConnection()?.refusals ?? 0).toBe(0);
      expect(world.checkpoint().hold).toBeUndefined();
      expect(await versionsOf(world, { warm })).toEqual(['v2']);
      expect(world.census()).toEqual(EXACT);
    },
  );

  it('and asks no second time when the secret is the same after a 403', async () => {
    const { world, warm } = await settledWorld();
    world.vendor.onRequest = () => ({ status: 403 });

    const [report] = await world.run({ warm });

    expect(report?.state).toBe('forbidden');
    expect(world.vendor.requests).toHaveLength(1);
  });

  it('and notes what the present secret was forbidden, not the one before', async () => {
    const { world, warm } = await settledWorld();
    world.vendor.onRequest = () => ({ status: 403 });
    world.secretVersion = 'v2';
    await world.run({ warm });

    expect(world.vendor.requests.map(({ secretVersion }) => secretVersion)).toEqual(['v1', 'v2']);
    expect(world.checkpoint().hold).toMatchObject({ reason: 'forbidden', secretVersion: 'v2' });
  });

  it('but reads it before it lets a hold stand: a new secret ends the hold at the next run', async () => {
    const { world, warm } = await settledWorld();
    world.vendor.onRequest = ({ secretVersion }) => (secretVersion === 'v1' ? { status: 403 } : undefined);
    expect((await world.run({ warm }))[0]?.state).toBe('forbidden');
    // Another feed of the connection still works with it, so the process remembers it.
    warm.secret = { version: 'v1', readAt: world.now };
    world.secretVersion = 'v2';
    world.clock.advance(MINUTE);

    expect((await world.run({ warm }))[0]?.state).toBe('caught-up');
  });

  it('and before refused credentials hold the connection', async () => {
    const { world, warm } = await settledWorld();
    world.vendor.onRequest = ({ secretVersion }) => (secretVersion === 'v1' ? { status: 401 } : undefined);
    for (let run = 0; run < 3; run++) {
      expect((await world.run({ warm }))[0]?.state).toBe('refused');
      world.clock.advance(MINUTE);
    }
    warm.secret = { version: 'v1', readAt: world.now };
    world.secretVersion = 'v2';

    expect((await world.run({ warm }))[0]?.state).toBe('caught-up');
  });

  it('and reads it when a person asks again', async () => {
    const { world, warm } = await settledWorld();
    world.secretVersion = 'v2';

    expect(await versionsOf(world, { warm, askAgain: true })).toEqual(['v2']);
  });
});

describe('rule 8: a secret that is replaced during a run', () => {
  /** A vendor that says which names the secret may see, and accepts the present version only. */
  function narrowingWorld(): World {
    const world = filledWorld({
      visibility: {
        first: () => ({ url: '/@visibility' }),
        read: ([answer]) => ({ seen: answer?.text }),
        compare: (now, before) => (before === 'all' && now !== 'all' ? { shrank: 'less than before' } : {}),
      },
    });
    world.routes.set('/@visibility', (version) =>
      version === world.secretVersion ? { text: version === 'v1' ? 'all' : 'own' } : { status: 401 },
    );
    world.vendor.onRequest = ({ secretVersion }) =>
      secretVersion === world.secretVersion ? undefined : { status: 401 };
    return world;
  }

  it('is checked for what it may see before its answers move the watermark', async () => {
    const { world, warm } = await settledWorld(narrowingWorld());
    const { watermark } = world.checkpoint();
    world.secretVersion = 'v2';

    for (let run = 0; run < 3; run++) {
      const [report] = await world.run({ warm });
      expect(report).toMatchObject({ state: 'failed', error: { code: 'scope-shrank' }, delivered: 0 });
      world.clock.advance(5 * MINUTE);
    }

    expect(world.checkpoint().watermark).toBe(watermark);
    world.secretVersion = 'v1';
    expect((await world.run({ warm }))[0]?.state).toBe('caught-up');
    expect(world.census()).toEqual(EXACT);
  });
});

describe('rule 44: a remembered secret never gets a token', () => {
  const LOGINS = [true, 'access-token'] as const;

  it.each(LOGINS)('once the session or token (%s) has ended', async (login) => {
    const { world, warm } = await settledWorld(createWorld({ login, startFrom: at('11:00:00') }));
    loginOf(world).onStep = ({ secretVersion }) => (secretVersion === 'v1' ? { status: 401 } : undefined);
    // The vendor has ended the session; the process still remembers the old secret.
    delete warm.kept;
    warm.secret = { version: 'v1', readAt: world.now };
    world.secretVersion = 'v2';

    const [report] = await world.run({ warm });

    expect(report?.state).toBe('caught-up');
    expect(loginOf(world).steps.map(({ secretVersion }) => secretVersion)).toEqual(['v1', 'v2']);
  });

  it('and a refusal of the present secret, by any function, forbids the sign-in', async () => {
    const { world, warm } = await settledWorld(createWorld({ login: true, startFrom: at('11:00:00') }));
    const login = loginOf(world);
    world.secretVersion = 'v2';
    login.onStep = () => ({ status: 401 });
    expect((await world.run())[0]?.state).toBe('refused');
    delete warm.kept;
    warm.secret = { version: 'v1', readAt: world.now };

    const [report] = await world.run({ warm });

    expect(report?.state).toBe('refused');
    expect(login.steps.map(({ secretVersion }) => secretVersion)).toEqual(['v1', 'v2']);
  });
});
