import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../../functions/core/errors.ts';
import { examineConnection } from '../../../functions/core/examine/examine-connection.ts';
import type { Finding } from '../../../functions/core/examine/finding.ts';
import type { Auth } from '../../../functions/core/model.ts';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { letterVisibility } from '../../memory/source.ts';
import { createWorld, type RunOptions, type World, type WorldOptions } from '../../memory/world.ts';
import { at, FEED, loginOf } from '../set-up.ts';

const SUBJECT = 'memory/acme';

/** Three logs with an event each minute of the hour that is asked for. */
function threeLogs(options: WorldOptions = {}): World {
  const { vendor = {}, ...others } = options;
  const named = (name: string) => ({ vendor, stream: { name, needs: `Read ${name}` } });
  const world = createWorld({ ...named('events'), more: [named('two'), named('three')], ...others });
  for (const vendor of world.vendors.values()) vendor.addMany(15, at('11:30:00'), MINUTE);
  return world;
}

async function examine(
  world: World,
  {
    signInAgain = false,
    servicesShareClock = false,
    ...options
  }: RunOptions & { signInAgain?: boolean; servicesShareClock?: boolean } = {},
): Promise<readonly Finding[]> {
  const { source, connection, feeds } = world;
  const { effects } = world.invoke(options);
  const examined = { effects, source, connection, feeds, owner: 'doctor', signInAgain, servicesShareClock };
  return await examineConnection(examined);
}

/** The red findings: subject and check, and what waits for them. */
function red(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ ok }) => !ok)
    .map(({ subject, check, waiting = [] }) => `${subject} ${check}${waiting.length > 0 ? `: ${waiting.join()}` : ''}`);
}

/** The one red finding. */
function onlyRed(findings: readonly Finding[]): Finding {
  const [first, ...others] = findings.filter(({ ok }) => !ok);
  expect(others).toEqual([]);
  return first as Finding;
}

function requestsTo(world: World): number {
  return [...world.vendors.values()].reduce((sum, { requests }) => sum + requests.length, 0);
}

/** Every log answers alike. */
function everywhere(world: World, reply: { status: number; headers?: Record<string, string>; text?: string }): void {
  for (const vendor of world.vendors.values()) vendor.onRequest = () => reply;
}

describe('an examination', () => {
  it('finds all well, with a few requests, and leaves everything as it was', async () => {
    const world = threeLogs({ visibility: letterVisibility });
    world.routes.set('/@visibility', () => ({ text: 'abc' }));
    const before = JSON.stringify([...world.vendors.values()].map(({ rows }) => rows));

    const findings = await examine(world);

    expect(red(findings)).toEqual([]);
    expect(findings.map(({ subject, check }) => `${subject} ${check}`).sort()).toEqual(
      [
        ...['clock', 'quota', 'reachable', 'secret', 'sign-in', 'state', 'visibility'].map(
          (name) => `${SUBJECT} ${name}`,
        ),
        ...['events', 'three', 'two'].flatMap((name) =>
          ['answers', 'last-run', 'order'].map((check) => `memory/${name}/acme ${check}`),
        ),
      ].sort(),
    );
    expect(findings.every(({ remedy }) => remedy === '')).toBe(true);
    // A page and the one behind it for each log, however long its log is.
    expect(requestsTo(world)).toBe(6);
    expect(world.delivered()).toEqual([]);
    expect(world.table.load(FEED)).toBeUndefined();
    expect(JSON.stringify([...world.vendors.values()].map(({ rows }) => rows))).toBe(before);
  });

  it('reports a missing secret once, and asks nobody', async () => {
    const world = threeLogs();
    const missing = new TidemarkError({ code: 'secret', stage: 'receiving', message: 'none', remedy: 'Put it in.' });

    const findings = await examine(world, { effects: { secretVersion: () => Promise.reject(missing) } });

    expect(red(findings)).toEqual([`${SUBJECT} secret: reachable,clock,sign-in,quota,events,two,three`]);
    expect(onlyRed(findings)).toMatchObject({ found: 'none', remedy: 'Put it in.' });
    expect(requestsTo(world)).toBe(0);
  });

  it('reports refused credentials once, after two endpoints, and as few requests', async () => {
    const world = threeLogs();
    everywhere(world, { status: 401 });

    const findings = await examine(world);

    expect(red(findings)).toEqual([`${SUBJECT} sign-in: quota,events,two,three`]);
    expect(requestsTo(world)).toBe(2);
  });

  it('reports what one endpoint refuses for its feed alone', async () => {
    const world = threeLogs();
    world.vendor.onRequest = () => ({ status: 401 });

    const findings = await examine(world);

    expect(red(findings)).toEqual([`${FEED} answers`]);
    expect(findings).toContainEqual(expect.objectContaining({ subject: SUBJECT, check: 'sign-in', ok: true }));
  });

  it('names the permission that a forbidden stream needs', async () => {
    const world = threeLogs();
    world.vendor.onRequest = () => ({ status: 403 });

    const finding = onlyRed(await examine(world));

    expect(finding).toMatchObject({ subject: FEED, check: 'answers' });
    expect(finding.remedy).toContain('It needs: Read events');
  });

  it('says how a permission that was given back is used at once', async () => {
    const world = threeLogs();
    world.vendor.onRequest = () => ({ status: 403 });
    await world.run();
    world.vendor.onRequest = undefined;

    const findings = await examine(world);

    expect(findings).toContainEqual(
      expect.objectContaining({
        subject: FEED,
        check: 'last-run',
        found: expect.stringMatching(/forbidden.*tidemark run asks at once when it is started again/),
      }),
    );
  });

  it('names all permissions in one finding where every stream is forbidden', async () => {
    const world = threeLogs();
    everywhere(world, { status: 403 });

    const finding = onlyRed(await examine(world));

    expect(finding).toMatchObject({ subject: SUBJECT, check: 'answers' });
    expect(finding.remedy).toContain('Read events. Read two. Read three');
    expect(finding.waiting).toEqual(['quota']);
  });

  it('stops at a throttled vendor, and says when it may be asked again', async () => {
    const world = threeLogs();
    everywhere(world, { status: 429, headers: { 'retry-after': '600' } });

    const findings = await examine(world);

    expect(red(findings)).toEqual([`${SUBJECT} quota: sign-in,events,two,three`]);
    expect(onlyRed(findings).found).toContain('no request before 2026-03-02T12:10:00Z');
    expect(requestsTo(world)).toBe(1);
  });

  it('finds a quota that is nearly used up, though everything answers', async () => {
    const world = createWorld();
    world.vendor.quota.limit = 100;
    world.vendor.quota.othersUse = 95;

    const findings = await examine(world);

    expect(red(findings)).toEqual([`${SUBJECT} quota`]);
    expect(onlyRed(findings).found).toContain('4 of 100 requests are left');
  });

  it('does not take a passing fault for a finding', async () => {
    const world = threeLogs();
    world.vendor.faults.push({ status: 503 });

    expect(red(await examine(world))).toEqual([]);
  });

  it.each([
    ['no answer comes', { network: 'reset' }],
    ['its server fails', { status: 500 }],
    ['a proxy answers', { text: '<html>maintenance</html>' }],
    ['it redirects', { status: 302, headers: { location: 'https://login.example' } }],
    ['it does not know the path', { status: 404 }],
  ])('reports a vendor once of which %s', async (_, reply) => {
    const world = threeLogs();
    for (const vendor of world.vendors.values()) vendor.onRequest = () => reply;

    const finding = onlyRed(await examine(world));

    expect(finding).toMatchObject({ subject: SUBJECT, check: 'reachable' });
    expect(finding.waiting).toEqual(expect.arrayContaining(['events', 'two', 'three']));
  });

  it.each([8 * MINUTE, -8 * MINUTE])('finds a vendor’s clock that is off by %d', async (clockOffset) => {
    const finding = onlyRed(await examine(threeLogs({ vendor: { clockOffset } })));

    expect(finding).toMatchObject({ subject: SUBJECT, check: 'clock' });
    expect(finding.found).toMatch(clockOffset > 0 ? /(8m|7m 59s) ahead of ours/ : /(8m|8m 1s) behind ours/);
    expect(finding.found).toContain('with which the clocks of the other services agree');
  });

  it('does not let clocks vouch for ours that are the same', async () => {
    const world = threeLogs({ vendor: { clockOffset: 8 * MINUTE } });

    const finding = onlyRed(await examine(world, { servicesShareClock: true }));

    expect(finding.check).toBe('clock');
    expect(finding.found).not.toContain('other services');
  });

  it('waits for one endpoint only where nothing answers', async () => {
    const world = threeLogs();
    for (const vendor of world.vendors.values()) vendor.onRequest = () => ({ network: 'reset' });

    expect(red(await examine(world))[0]).toContain('reachable');
    // Twice, since a connection may break.
    expect(requestsTo(world)).toBe(2);
  });

  it('finds our own clock that is off', async () => {
    const finding = onlyRed(await examine(threeLogs(), { clockOffset: 8 * MINUTE }));

    expect(finding.check).toBe('clock');
    expect(finding.found).toContain('the other services agree with the vendor');
  });

  it('takes a clock for the cause where signatures hold the time', async () => {
    const auth: Auth = {
      kind: 'headers-hmac',
      secret: [{ id: 'any', key: 'any' }],
      algorithm: 'sha256',
      key: 'key',
      timestamp: 'seconds',
      signed: ['timestamp'],
      encoding: 'hex',
      headers: { 'X-Signature': 'signature' },
    };
    const world = threeLogs({ vendor: { clockOffset: 45 * SECOND }, source: { auth } });
    everywhere(world, { status: 401 });

    const findings = await examine(world);

    expect(red(findings)).toEqual([`${SUBJECT} clock: sign-in,quota,events,two,three`]);
  });

  it('finds credentials that see little, and keeps what was seen before', async () => {
    const world = threeLogs({ visibility: letterVisibility });
    world.routes.set('/@visibility', () => ({ text: 'ab' }));

    const finding = onlyRed(await examine(world));

    expect(finding).toMatchObject({ subject: SUBJECT, check: 'visibility', found: 'only ab can be seen' });
    expect(world.table.loadConnection()?.visibility).toBeUndefined();
  });

  it('does not stop at a check of visibility that fails', async () => {
    const world = threeLogs({ visibility: letterVisibility });
    world.routes.set('/@visibility', () => ({ status: 500 }));

    expect(red(await examine(world))).toEqual([]);
  });

  it('finds paging that goes in circles', async () => {
    const [first, second] = ['/events?from=0&to=0', '/events?from=0&to=1'];
    const world = createWorld({
      stream: {
        first: () => ({ url: first }),
        read: (_, { url }) => ({
          rows: [{ value: { name: url }, text: JSON.stringify(url) }],
          next: { url: url === first ? second : first },
        }),
      },
    });

    const findings = await examine(world);

    expect(red(findings)).toEqual([`${FEED} order`]);
    expect(onlyRed(findings).found).toContain('circles');
  });

  it('finds a vendor that ignores the range', async () => {
    const world = createWorld({
      stream: { first: () => ({ url: `/events?from=${at('08:00:00')}&to=${at('09:00:00')}` }) },
    });
    world.vendor.addMany(3, at('08:30:00'), MINUTE);

    const finding = onlyRed(await examine(world));

    expect(finding).toMatchObject({ subject: FEED, check: 'order' });
    expect(finding.found).toContain('3 of 3 records lie outside');
  });

  it.each([
    ['ascending', 'oldest first'],
    ['newest-first', 'newest first'],
    ['shuffled', 'not by time'],
  ] as const)('says in which order the records come: %s', async (order, said) => {
    const world = threeLogs({ vendor: { order } });

    const findings = await examine(world);

    expect(findings).toContainEqual(
      expect.objectContaining({ subject: FEED, check: 'order', ok: true, found: expect.stringContaining(said) }),
    );
  });
});

describe('an examination of a vendor where one signs in', () => {
  it('signs in once', async () => {
    const world = threeLogs({ login: true });

    expect(red(await examine(world))).toEqual([]);
    expect(loginOf(world).signIns).toHaveLength(1);
    // It is on record: otherwise it would look like a stranger's in the vendor's log.
    expect(world.table.loadConnection()?.signIns).toHaveLength(1);
  });

  it('signs in no second time when the fresh session is refused', async () => {
    const world = threeLogs({ login: true });
    loginOf(world).honoured = false;

    const findings = await examine(world);

    expect(red(findings)[0]).toMatch(/^memory\/acme sign-in/);
    expect(loginOf(world).signIns).toHaveLength(1);
  });

  it('honours the hold after a refused sign-in, unless told otherwise', async () => {
    const world = threeLogs({ login: true });
    const login = loginOf(world);
    login.onStep = () => ({ status: 401 });
    await world.run();
    expect(login.signIns).toHaveLength(1);

    const held = onlyRed(await examine(world));
    expect(held).toMatchObject({ subject: SUBJECT, check: 'sign-in' });
    expect(held.remedy).toContain('not tried again before');
    expect(login.signIns).toHaveLength(1);

    login.onStep = undefined;
    expect(red(await examine(world, { signInAgain: true }))).toEqual([]);
    expect(login.signIns).toHaveLength(2);
  });

  it('makes the hold longer when told to sign in again in vain', async () => {
    const world = threeLogs({ login: true });
    loginOf(world).onStep = () => ({ status: 401 });
    await world.run();
    const { refusals } = world.table.loadConnection() ?? {};

    await examine(world, { signInAgain: true });

    expect(world.table.loadConnection()?.refusals).toBe(Number(refusals) + 1);
    expect(world.table.loadConnection()?.notBefore).toBeGreaterThan(world.now + 59 * MINUTE);
  });

  it('takes over a session that an earlier run has left', async () => {
    const world = threeLogs({ login: true });
    world.warm = {};
    await world.run();

    await examine(world);

    expect(loginOf(world).signIns).toHaveLength(1);
  });
});

describe('what the last run has left', () => {
  it('is red if it failed of something that the vendor’s answers do not show', async () => {
    const world = threeLogs();
    world.onEffect = ({ name }) => (name === 'put' ? { refused: () => 'AccessDenied' } : undefined);
    await world.run({ streams: ['events'] });
    world.onEffect = undefined;
    const { lastError } = world.checkpoint();

    const finding = onlyRed(await examine(world));

    expect(finding).toMatchObject({ subject: FEED, check: 'last-run' });
    expect(finding.found).toContain(`${lastError?.code}: ${lastError?.message}`);
  });

  it('is well if what it failed of is over', async () => {
    const world = threeLogs();
    world.vendor.onRequest = () => ({ status: 500 });
    await world.run({ streams: ['events'] });
    world.vendor.onRequest = undefined;

    const findings = await examine(world);

    expect(red(findings)).toEqual([]);
    expect(findings).toContainEqual(
      expect.objectContaining({ subject: FEED, check: 'last-run', found: expect.stringContaining('is over') }),
    );
  });

  it('is told once with the cause, not twice', async () => {
    const world = threeLogs();
    everywhere(world, { status: 401 });
    await world.run();
    world.clock.advance(MINUTE);

    expect(red(await examine(world))).toEqual([`${SUBJECT} sign-in: quota,events,two,three`]);
  });

  it('tells conditions that mean loss', async () => {
    const world = threeLogs({ settings: { account: 'one' } });
    await world.runUntilCaughtUp();
    world.settings = { account: 'two' };
    world.clock.advance(HOUR);
    await world.run();

    expect(red(await examine(world)).sort()).toEqual(
      ['events', 'three', 'two'].map((name) => `memory/${name}/acme scope-changed`),
    );
  });

  it('names the feed whose checkpoint cannot be read', async () => {
    const world = threeLogs();
    const foreign = new TidemarkError({ code: 'state', stage: 'saving', message: 'schema 9', remedy: 'Deploy.' });
    const load = async (feed: string) => {
      if (feed === 'memory/two/acme') throw foreign;
      return undefined;
    };

    const findings = await examine(world, { effects: { load } });

    expect(red(findings)).toEqual(['memory/two/acme state: three']);
    expect(onlyRed(findings)).toMatchObject({ found: 'schema 9', remedy: 'Deploy.' });
  });

  it('tells runs that died', async () => {
    const world = threeLogs();
    for (let run = 0; run < 4; run++) {
      await world
        .run({ streams: ['events'], onEffect: ({ name }) => (name === 'put' ? 'crash-after' : undefined) })
        .catch(() => undefined);
      world.clock.advance(10 * MINUTE);
    }

    expect(onlyRed(await examine(world))).toMatchObject({ subject: FEED, check: 'last-run' });
  });
});
