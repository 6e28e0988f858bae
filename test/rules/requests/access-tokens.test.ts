import { describe, expect, it } from 'vitest';
import { UnreadableError } from '../../../functions/core/errors.ts';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { MemoryLogin } from '../../memory/login.ts';
import { createWorld, type World, type WorldOptions } from '../../memory/world.ts';

const EXACT = { missing: [], invented: [], repeated: [] };

/** A feed whose requests carry an access token that lives an hour. */
function tokenWorld(options: WorldOptions = {}): { world: World; login: MemoryLogin } {
  const world = createWorld({ login: 'access-token', ...options });
  const { login } = world;
  if (!login) throw new Error('this vendor gives out no tokens');
  world.startFrom = world.now - HOUR;
  world.vendor.addMany(20, world.now - HOUR, MINUTE);
  login.life = HOUR;
  return { world, login };
}

/** A feed that takes many minutes to read. */
function slowWorld(): { world: World; login: MemoryLogin } {
  const { world, login } = tokenWorld({ vendor: { latency: 10 * SECOND, pageSize: 10 } });
  world.vendor.addMany(3_000, world.now - HOUR, SECOND / 2);
  return { world, login };
}

async function stateOf(world: World): Promise<string | undefined> {
  return (await world.run())[0]?.state;
}

describe('an access token', () => {
  it('is asked for once a run, and is no sign-in on record', async () => {
    const { world, login } = tokenWorld();

    expect(await stateOf(world)).toBe('caught-up');
    expect(login.signIns.length).toBe(1);
    expect(world.table.loadConnection()).toBeUndefined();
    expect(world.census()).toEqual(EXACT);
  });

  it('is asked for once for requests that begin at the same time', async () => {
    const { world, login } = tokenWorld({ vendor: { pageSize: 4, latency: SECOND } });

    await world.run();

    expect(login.signIns.length).toBe(1);
  });

  it('is renewed before it ends', async () => {
    const { world, login } = slowWorld();
    login.life = 10 * MINUTE;
    let refused = 0;
    const before = world.vendor.requests.length;

    await world.run({ budget: 20 * MINUTE, onEffect: ({ name }) => void (name === 'fetch' && refused++) });

    expect(login.signIns.length).toBeGreaterThan(1);
    expect(refused).toBe(world.vendor.requests.length - before);
    for (const [nth, at] of login.signIns.slice(1).entries()) {
      const gap = (at - (login.signIns[nth] as number)) / SECOND;
      expect(gap).toBeGreaterThanOrEqual(419);
      expect(gap).toBeLessThanOrEqual(432);
    }
  });

  it('that names no end is taken to live ten minutes', async () => {
    const { world, login } = slowWorld();
    login.tells = () => undefined;

    await world.run({ budget: 15 * MINUTE });

    const [first = 0, second = 0] = login.signIns;
    expect((second - first) / SECOND).toBeGreaterThanOrEqual(419);
    expect((second - first) / SECOND).toBeLessThanOrEqual(432);
  });

  it('that cannot be renewed is used as long as it lasts', async () => {
    const { world, login } = slowWorld();
    login.life = 10 * MINUTE;
    login.onStep = () => (login.signIns.length > 1 ? { status: 503 } : undefined);

    const [report] = await world.run({ budget: 9 * MINUTE });

    expect(report).toMatchObject({ state: 'more' });
    expect(login.signIns.length).toBeGreaterThan(2);
  });

  it('that cannot be renewed because of a throttled endpoint is used, and the endpoint is left alone as long as it wants', async () => {
    const { world, login } = slowWorld();
    login.life = 10 * MINUTE;
    login.onStep = () => (login.signIns.length > 1 ? { status: 429, headers: { 'retry-after': '600' } } : undefined);

    const [report] = await world.run({ budget: 15 * MINUTE });

    expect(report).toMatchObject({ state: 'paused' });
    expect(login.signIns.length).toBe(2);
    const [first = 0, refused = 0] = login.signIns;
    expect(world.now - first).toBeGreaterThan(9 * MINUTE);
    expect(world.checkpoint()).toMatchObject({ hold: { reason: 'quota' } });
    expect((world.checkpoint()?.hold?.until ?? 0) - refused).toBeGreaterThanOrEqual(10 * MINUTE);
  });

  it('is kept in the memory of a warm function, for its secret and its life', async () => {
    const { world, login } = tokenWorld();
    world.warm = {};

    await world.run();
    world.clock.advance(30 * MINUTE);
    await world.run();
    expect(login.signIns.length).toBe(1);
    world.clock.advance(30 * MINUTE);
    await world.run();
    expect(login.signIns.length).toBe(2);
    world.secretVersion = 'v2';
    world.clock.advance(15 * MINUTE);
    await world.run();

    expect(login.signIns.length).toBe(3);
  });
});

describe('a request that is refused with 401', () => {
  it('is sent once more, with a new token', async () => {
    const { world, login } = tokenWorld();
    world.warm = {};
    await world.run();
    world.clock.advance(5 * MINUTE);
    login.end();

    expect(await stateOf(world)).toBe('caught-up');
    expect(login.signIns.length).toBe(2);
  });

  it('and again with the new token says that the credentials are refused', async () => {
    const { world, login } = tokenWorld();
    login.honoured = false;

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'refused', error: { code: 'refused' } });
    expect(login.signIns.length).toBe(2);
  });
});

describe('a token endpoint', () => {
  it.each([
    [401, '{"error":"invalid_client"}'],
    [400, '{"error":"invalid_client"}'],
    [400, 'Bad Request'],
    [403, ''],
  ])('that refuses the client (%d %s) is not asked twice, and the remedy names the secret', async (status, text) => {
    const { world, login } = tokenWorld();
    login.onStep = () => ({ status, text });

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'refused', error: { code: 'refused' } });
    expect(report?.error?.message).toContain(`Memory’s token endpoint answered ${status}`);
    expect(report?.error?.remedy).toContain('secret tidemark/memory/acme');
    expect(login.signIns.length).toBe(1);
    expect(world.vendor.requests).toEqual([]);
  });

  it.each(['invalid_scope', 'invalid_request', 'unsupported_grant_type'])(
    'that finds the request wrong (%s) does not blame the secret',
    async (error) => {
      const { world, login } = tokenWorld();
      login.onStep = () => ({ status: 400, text: JSON.stringify({ error }) });

      expect((await world.run())[0]).toMatchObject({
        state: 'failed',
        error: { code: 'request', remedy: expect.stringContaining('scopes') },
      });
    },
  );

  it.each([{ status: 503 }, { status: 500 }, { network: 'reset' }])(
    'that is down (%j) is asked three times',
    async (reply) => {
      const { world, login } = tokenWorld();
      login.onStep = () => reply;

      const [report] = await world.run();

      expect(report).toMatchObject({ state: 'failed', error: { code: 'failing' } });
      expect(report?.error?.message).toContain('token endpoint');
      expect(login.signIns.length).toBe(3);
    },
  );

  it('that is down and says until when is left alone until then, by later runs, too', async () => {
    const { world, login } = tokenWorld();
    login.replies.push({ status: 503, headers: { 'retry-after': '120' } });

    expect(await stateOf(world)).toBe('paused');
    world.clock.advance(MINUTE);
    expect(await stateOf(world)).toBe('paused');
    expect(login.signIns.length).toBe(1);
    world.clock.advance(MINUTE);
    expect(await stateOf(world)).toBe('caught-up');
  });

  it('that is down for some seconds is waited for in the run', async () => {
    const { world, login } = tokenWorld();
    login.replies.push({ status: 503, headers: { 'retry-after': '8' } });

    expect(await stateOf(world)).toBe('caught-up');
    const [first = 0, second = 0] = login.signIns;
    expect(second - first).toBeGreaterThanOrEqual(8 * SECOND);
  });

  it('that is up again at the second attempt is no failure', async () => {
    const { world, login } = tokenWorld();
    login.replies.push({ status: 503 });

    expect(await stateOf(world)).toBe('caught-up');
  });

  it('that is throttled pauses the run', async () => {
    const { world, login } = tokenWorld();
    login.replies.push({ status: 429, headers: { 'retry-after': '120' } });

    expect(await stateOf(world)).toBe('paused');
    expect(login.signIns.length).toBe(1);
  });

  it.each([
    [{ status: 200, text: '{}' }, 'unreadable', 'without an access_token'],
    [{ status: 302, headers: { location: 'https://other.example' } }, 'origin', 'redirects are not followed'],
    [{ status: 404 }, 'request', 'answered 404'],
  ])('whose answer is %j is named', async (reply, code, message) => {
    const { world, login } = tokenWorld();
    login.replies.push(reply);

    const [report] = await world.run();

    expect(report).toMatchObject({ state: 'failed', error: { code, message: expect.stringContaining(message) } });
    expect(login.signIns.length).toBe(1);
  });

  it('whose answer has no end breaks no page of the log', async () => {
    const { world } = tokenWorld();

    const [report] = await world.run({
      onEffect: ({ name }) => {
        if (name === 'obtainToken') throw new UnreadableError('an answer without end');
      },
    });

    expect(report).toMatchObject({ state: 'failed', error: { code: 'unreadable' } });
    expect(world.checkpoint()).not.toHaveProperty('broken');
  });

  it('is not asked for what can be done without after a refusal, nor after the run’s time', async () => {
    const { world, login } = tokenWorld();

    const [report] = await world.run({ streams: [], stopAt: world.now + 1 });
    const [stopped] = await world.run({ stopAt: world.now + 1 });

    expect(report).toBeUndefined();
    expect(stopped?.state).toBe('stopped');
    expect(login.signIns).toEqual([]);
  });
});
