import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OwnSignIns } from '../../../functions/core/model.ts';
import { DAY, type Duration, HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { MemoryLogin } from '../../memory/login.ts';
import type { NewRow } from '../../memory/vendor.ts';
import { Crash, createWorld, type EffectHook, type Fault, type World, type WorldOptions } from '../../memory/world.ts';
import { at, EXACT, loginOf } from '../set-up.ts';

const OURS = 'forwarder-self';
const UNEXPECTED = 'forwarder-unexpected-sign-in';

/** How the log in memory shows sign-ins; the account is what the settings say. */
const SIGN_INS: OwnSignIns = {
  account: ({ settings }) => settings.account as string | undefined,
  signIn: ({ value }) => {
    const { did, who } = value as { did?: unknown; who?: string };
    return did === 'sign in' ? { ...(who !== undefined && { account: who }) } : undefined;
  },
  leaveOut: ({ settings }) => settings.leaveOut === 'yes',
};

/** A vendor whose log shows who signed in, us among them, as `late` after the fact as said. */
function logWorld({ late = 0, ...options }: WorldOptions & { late?: Duration } = {}): {
  world: World;
  login: MemoryLogin;
} {
  const world = createWorld({
    login: true,
    startFrom: at('11:00:00'),
    settings: { account: 'forwarder' },
    ...options,
    source: { ownSignIns: SIGN_INS, ...options.source },
  });
  const login = loginOf(world);
  login.onSignIn = (time) => signIn(world, time, 'forwarder', { visibleAt: world.now + late });
  return { world, login };
}

/** Somebody signs in: a row of the log. Its time is on the vendor's clock. */
function signIn(world: World, time: Instant, who: string, row: Partial<NewRow> = {}): void {
  const name = row.name ?? `${who} ${world.vendor.rows.length}`;
  world.vendor.add({ visibleAt: world.now, ...row, time, name, fields: { did: 'sign in', who } });
}

async function runFor(world: World, time: Duration, options: Parameters<World['run']>[0] = {}): Promise<void> {
  for (const end = world.now + time; world.now < end; world.clock.advance(5 * MINUTE)) await world.run(options);
}

/** The names of the delivered records with a mark. */
function marked(world: World, mark: string, destination?: string): string[] {
  return world
    .delivered(destination)
    .filter(({ tags = [] }) => tags.includes(mark))
    .map(({ message = '' }) => message);
}

/** Every set of marks that an event was ever delivered with, by its name. */
function marksByName(world: World, destinations = ['siem']): Map<string, Set<string>> {
  const marks = new Map<string, Set<string>>();
  for (const { message = '', tags = [] } of destinations.flatMap((id) => world.delivered(id))) {
    const known = marks.get(message) ?? new Set();
    marks.set(message, known.add(tags.filter((tag) => tag.startsWith('forwarder')).join()));
  }
  return marks;
}

describe('rule 27: our own sign-ins in the log', () => {
  it('are marked, one for each, and no other', async () => {
    const { world, login } = logWorld();
    world.vendor.addMany(55, at('11:00:00'), MINUTE);
    signIn(world, at('11:57:00'), 'ann');

    await runFor(world, 2 * HOUR);

    const read = login.signIns.filter((time) => time < world.now - 10 * MINUTE).length;
    expect(marked(world, OURS).length).toBeGreaterThanOrEqual(read);
    expect(marked(world, OURS)).toEqual(marked(world, OURS).filter((name) => name.startsWith('forwarder')));
    expect(marked(world, UNEXPECTED)).toEqual([]);
    expect(world.names()).toContain('ann 55');
    expect(marksByName(world).get('ann 55')).toEqual(new Set(['']));
    expect(world.count('UnexpectedSignIns')).toBe(0);
    expect(new Set([...marksByName(world).values()].map((marks) => marks.size))).toEqual(new Set([1]));
  });

  it('leave one that we know nothing of in plain visibility', async () => {
    const { world } = logWorld();
    await runFor(world, 30 * MINUTE);

    signIn(world, world.now - 2 * MINUTE - 30 * SECOND, 'forwarder', { name: 'thief' });
    signIn(world, world.now - 2 * MINUTE - 30 * SECOND, 'ann', { name: 'ann' });
    await runFor(world, 30 * MINUTE);

    expect(marked(world, UNEXPECTED)).toEqual(['thief']);
    expect(marksByName(world).get('ann')).toEqual(new Set(['']));
    expect(world.count('UnexpectedSignIns')).toBe(1);
  });

  it('say what they say beside the mapping’s own tags', async () => {
    const { world } = logWorld({
      stream: { map: () => ({ message: 'mapped', tags: ['own'], event: { category: ['authentication'] } }) },
    });

    await runFor(world, 20 * MINUTE);

    expect(world.delivered()[0]?.tags).toEqual(['own', OURS]);
  });

  it('are told also where the record cannot be mapped', async () => {
    const { world } = logWorld({
      stream: {
        map: () => {
          throw new Error('broken');
        },
      },
    });

    await runFor(world, 20 * MINUTE);

    expect(world.delivered()[0]?.tags).toEqual(['tidemark-unmapped', OURS]);
  });

  const NEAR = [-60, -59, -31, -1, 0, 1, 31, 59, 60];

  it.each(NEAR)('are those within a minute: %d s off', async (seconds) => {
    const { world, login } = logWorld({ start: '2026-03-02T12:00:00Z' });
    login.onSignIn = (time) => {
      const second = Math.floor(time / SECOND) * SECOND;
      signIn(world, second + seconds * SECOND, 'forwarder', { visibleAt: world.now + MINUTE });
    };

    await runFor(world, 30 * MINUTE);

    expect(marked(world, UNEXPECTED)).toEqual([]);
    expect(marked(world, OURS).length).toBeGreaterThanOrEqual(4);
  });

  it.each([-62, 62])('and not those further off: %d s', async (seconds) => {
    const { world, login } = logWorld();
    await runFor(world, 10 * MINUTE);
    login.onSignIn = (time) => signIn(world, time + seconds * SECOND, 'forwarder', { visibleAt: world.now + MINUTE });
    await runFor(world, 30 * MINUTE);

    expect(marked(world, UNEXPECTED).length).toBeGreaterThanOrEqual(4);
  });

  it('take the nearest record', async () => {
    const { world, login } = logWorld();
    await runFor(world, 10 * MINUTE);
    // Two runs fifty seconds apart; the log shows the first one late.
    const first = world.now;
    login.onSignIn = (time) => signIn(world, time, 'forwarder', { name: 'first', visibleAt: first + 12 * MINUTE });
    await world.run();
    world.clock.advance(first + 50 * SECOND - world.now);
    login.onSignIn = (time) => signIn(world, time, 'forwarder', { name: 'second' });
    await world.run();
    login.onSignIn = undefined;
    world.clock.advance(5 * MINUTE);
    await runFor(world, 20 * MINUTE);

    expect(marked(world, OURS)).toEqual(expect.arrayContaining(['first', 'second']));
    expect(Object.values(world.checkpoint().claims ?? {}).length).toBeGreaterThanOrEqual(2);
    expect(marked(world, UNEXPECTED)).toEqual([]);
  });
});

describe('rule 27: a key that is stolen', () => {
  it.each(['ascending', 'newest-first', 'shuffled'] as const)(
    'and used within the minute of ours does not hide behind it: %s',
    async (order) => {
      for (const seconds of [-50, -20, 0, 20, 50]) {
        const { world, login } = logWorld({ vendor: { order } });
        await runFor(world, 10 * MINUTE);

        signIn(world, (login.signIns.at(-1) as Instant) + seconds * SECOND, 'forwarder', { name: 'thief' });
        await runFor(world, 30 * MINUTE);

        // Which of the two is which nobody can tell.
        expect(marked(world, UNEXPECTED).length, `${seconds} s`).toBe(1);
        expect(world.count('UnexpectedSignIns')).toBe(1);
      }
    },
  );

  it('does not hide by showing late', async () => {
    const { world, login } = logWorld();
    await runFor(world, 10 * MINUTE);
    const used = (login.signIns.at(-1) as Instant) + 20 * SECOND;
    signIn(world, used, 'forwarder', { name: 'thief', visibleAt: used + 20 * MINUTE });

    await runFor(world, 40 * MINUTE);

    expect(marked(world, UNEXPECTED)).toEqual(['thief']);
  });

  it('does not hide by showing late, nearer to the record than ours, after a crash', async () => {
    const { world, login } = logWorld();
    await world.run();
    const own = login.signIns[0] as Instant;
    world.clock.advance(5 * MINUTE);
    login.onSignIn = undefined;
    // Our own is delivered, and the process dies before it can commit that.
    const dying: EffectHook = ({ name }) => (name === 'remember' ? 'crash-after' : undefined);
    await expect(world.run({ onEffect: dying })).rejects.toThrow(Crash);
    expect(marked(world, OURS).length).toBe(1);
    // Of the same second, and before ours in the order of the log.
    world.vendor.rows.unshift();
    signIn(world, Math.floor(own / SECOND) * SECOND - SECOND, 'forwarder', { name: 'thief' });
    world.clock.advance(6 * MINUTE);

    await runFor(world, 20 * MINUTE);

    expect(marked(world, UNEXPECTED)).toEqual(['thief']);
  });

  it('does not hide behind a run that ends in the middle of a window', async () => {
    const { world, login } = logWorld({ vendor: { pageSize: 2, latency: 4 * SECOND } });
    await world.run({ budget: 20 * SECOND });
    const own = login.signIns[0] as Instant;
    login.onSignIn = undefined;
    world.vendor.addMany(10, own - MINUTE, 3 * SECOND);
    world.vendor.addMany(16, own + SECOND, SECOND);
    signIn(world, own + 40 * SECOND, 'forwarder', { name: 'thief' });
    world.vendor.addMany(20, own + 41 * SECOND, SECOND);
    world.clock.advance(6 * MINUTE);

    await world.run({ budget: 40 * SECOND });
    expect(marked(world, OURS).length).toBe(1);
    expect(world.names()).not.toContain('thief');
    expect(world.checkpoint().plan?.left).toBeDefined();
    world.clock.advance(MINUTE);
    await world.runUntilCaughtUp();

    expect(marked(world, OURS).length).toBe(1);
    expect(marked(world, UNEXPECTED)).toEqual(['thief']);
  });

  it('does not hide among equals of one second', async () => {
    const { world, login } = logWorld();
    login.onSignIn = (time) => signIn(world, time, 'forwarder', { name: 'equal' });
    await runFor(world, 10 * MINUTE);

    signIn(world, login.signIns.at(-1) as Instant, 'forwarder', { name: 'equal' });
    await runFor(world, 20 * MINUTE);

    expect(marked(world, UNEXPECTED)).toEqual(['equal']);
    expect(world.census()).toMatchObject({ invented: [], repeated: [] });
  });

  it('does not pass for our own in what we leave out', async () => {
    const { world, login } = logWorld({ settings: { account: 'forwarder', leaveOut: 'yes' } });
    await runFor(world, 10 * MINUTE);
    signIn(world, (login.signIns.at(-1) as Instant) + 20 * SECOND, 'forwarder', { name: 'thief' });
    signIn(world, (login.signIns.at(-1) as Instant) + 25 * SECOND, 'ann', { name: 'ann' });
    await runFor(world, HOUR);

    expect(world.names()).toEqual(['thief', 'ann']);
    expect(marked(world, UNEXPECTED)).toEqual(['thief']);
    expect(world.checkpoint().lastError).toBeUndefined();
  });
});

describe('rule 27: where nobody knows', () => {
  it('the account, only matches are marked, and nobody is left out', async () => {
    const { world } = logWorld({ settings: { leaveOut: 'yes' } });
    await runFor(world, 10 * MINUTE);
    signIn(world, world.now - 2 * MINUTE - 30 * SECOND, 'ann', { name: 'ann' });

    await runFor(world, 30 * MINUTE);

    expect(marked(world, OURS).length).toBeGreaterThan(4);
    expect(marked(world, UNEXPECTED)).toEqual([]);
    expect(world.count('UnexpectedSignIns')).toBe(0);
    expect(world.census(world.vendor.rows.filter(({ time }) => time < world.now - 8 * MINUTE))).toEqual(EXACT);
  });

  it('whose sign-in a row shows, it gets no mark', async () => {
    const { world, login } = logWorld();
    login.onSignIn = undefined;
    await runFor(world, 10 * MINUTE);
    const last = login.signIns.at(-1) as Instant;
    world.vendor.add({ time: last, name: 'nobody', fields: { did: 'sign in' } });

    await runFor(world, 20 * MINUTE);

    expect(marksByName(world).get('nobody')).toEqual(new Set(['']));
  });

  it('what was before our records', async () => {
    const { world } = logWorld();
    for (const time of ['11:05:00', '11:40:00', '11:55:00']) signIn(world, at(time), 'forwarder', { name: time });

    await runFor(world, 30 * MINUTE);

    expect(['11:05:00', '11:40:00', '11:55:00'].map((name) => marksByName(world).get(name))).toEqual(
      Array(3).fill(new Set([''])),
    );
  });

  it('when it was, it is not one of ours', async () => {
    const { world } = logWorld();
    await runFor(world, 10 * MINUTE);
    world.vendor.add({
      time: world.now - 3 * MINUTE,
      date: 'soon',
      name: 'when',
      fields: { did: 'sign in', who: 'forwarder' },
    });

    await runFor(world, 20 * MINUTE);

    expect(marked(world, UNEXPECTED)).toEqual(['when']);
  });

  it('at the edge of what we still remember', async () => {
    const { world, login } = logWorld({ more: [{ stream: { name: 'other' } }] });
    await world.run({ streams: ['other'] });
    world.clock.advance(20 * SECOND);
    await world.run({ streams: ['events'] });

    // It is read only three days later, when the first of the two is forgotten, and the second is not.
    const [first, second] = login.signIns as [Instant, Instant];
    world.clock.advance(first + 3 * DAY + 5 * SECOND - world.now);
    await runFor(world, 30 * MINUTE, { streams: ['events'] });

    expect(world.table.loadConnection()?.signIns?.[0]).toBeGreaterThan(second / SECOND);
    expect(marked(world, OURS).length).toBeGreaterThan(2);
    expect(marked(world, UNEXPECTED)).toEqual([]);
  });

  it('and no longer than that', async () => {
    const { world, login } = logWorld();
    await world.run();
    const [first] = login.signIns as [Instant];
    for (const seconds of [-62, 62]) signIn(world, first + seconds * SECOND, 'forwarder', { name: `${seconds}` });
    world.clock.advance(3 * DAY - 5 * MINUTE);

    await world.run();

    // The first is still on record: what lies before it says nothing, what comes after it does.
    expect(marked(world, OURS).length).toBe(1);
    expect(marked(world, UNEXPECTED)).toEqual(['62']);
  });
});

describe('rule 27: on the vendor’s clock', () => {
  it.each([12 * MINUTE, -12 * MINUTE, 92 * MINUTE, -1_198 * MINUTE])('which is %d us off', async (clockOffset) => {
    const { world, login } = logWorld({ vendor: { clockOffset }, startFrom: at('00:00:00') - 24 * HOUR });
    Object.assign(login, { clockOffset });

    await runFor(world, 2 * HOUR);
    signIn(world, world.vendor.now - 3 * MINUTE, 'forwarder', { name: 'thief' });
    await runFor(world, 3 * HOUR);

    expect(marked(world, OURS).length).toBeGreaterThan(20);
    expect(marked(world, UNEXPECTED)).toEqual(['thief']);
  });

  it('which the last answer showed, for a sign-in whose answer gets lost', async () => {
    const { world, login } = logWorld({ vendor: { clockOffset: -12 * MINUTE } });
    login.clockOffset = -12 * MINUTE;
    await runFor(world, 10 * MINUTE);
    login.replies.push({ network: 'reset' });
    await runFor(world, 50 * MINUTE);

    expect(login.signIns.length).toBe(12);
    expect(marked(world, OURS).length).toBeGreaterThan(7);
    expect(marked(world, UNEXPECTED)).toEqual([]);
  });

  it('and on ours where it shows none, also after it has', async () => {
    const { world, login } = logWorld();
    login.clockOffset = 45 * SECOND;
    await runFor(world, 10 * MINUTE);
    login.dates = false;
    await runFor(world, 10 * MINUTE);

    const offsets = world.table
      .loadConnection()
      ?.signIns?.map((second, nth) => second - Math.floor((login.signIns[nth] as Instant) / SECOND));
    expect(offsets?.length).toBe(4);
    for (const offset of offsets ?? []) expect(Math.abs(offset - 45)).toBeLessThanOrEqual(1);
  });

  it('unless nobody can believe it', async () => {
    const { world, login } = logWorld();
    await runFor(world, 10 * MINUTE);
    login.clockOffset = -30 * 24 * HOUR;
    login.onSignIn = () => signIn(world, world.now, 'forwarder');

    await runFor(world, 30 * MINUTE);

    expect(marked(world, UNEXPECTED)).toEqual([]);
    expect(marked(world, OURS).length).toBeGreaterThan(4);
  });
});

describe('rule 27: every attempt to sign in is known as ours', () => {
  it.each([
    ['failed and was tried again', [{ status: 500 }, { status: 502 }]],
    ['was throttled', [{ status: 429 }]],
    ['was refused', [{ status: 401 }]],
    ['got no answer', [{ network: 'reset' }]],
  ])('one that %s', async (_, replies) => {
    const { world, login } = logWorld();
    await runFor(world, 10 * MINUTE);
    login.replies.push(...replies);
    // This log shows all that was tried.
    login.onSignIn = undefined;
    const before = login.signIns.length;

    await runFor(world, 80 * MINUTE);
    for (const time of login.signIns.slice(before)) {
      if (time < world.now - 30 * MINUTE) continue;
      signIn(world, time, 'forwarder');
    }
    await runFor(world, 30 * MINUTE);

    expect(marked(world, UNEXPECTED)).toEqual([]);
    expect(world.table.loadConnection()?.signIns).toHaveLength(login.signIns.length);
  });

  it('also one in which the process died', async () => {
    const { world, login } = logWorld();
    await runFor(world, 10 * MINUTE);
    const dying: EffectHook = ({ name }) => (name === 'obtainToken' ? 'crash-after' : undefined);
    await expect(world.run({ onEffect: dying })).rejects.toThrow(Crash);
    world.clock.advance(5 * MINUTE);
    world.secretVersion = 'v2';

    await runFor(world, 30 * MINUTE);

    expect(marked(world, UNEXPECTED)).toEqual([]);
    expect(world.table.loadConnection()?.signIns).toHaveLength(login.signIns.length);
  });

  it('also one of another cadence, which signs in while this one reads', async () => {
    // The vendor’s clock is behind, so that what just happened lies in what is being read.
    const { world, login } = logWorld({
      more: [{ stream: { name: 'other' } }],
      vendor: { clockOffset: -5 * MINUTE, latency: 3 * SECOND, pageSize: 2 },
      stream: { settle: 2 * MINUTE },
    });
    Object.assign(login, { clockOffset: -5 * MINUTE });
    await world.run();
    world.vendor.addMany(20, world.vendor.now, 10 * SECOND, { visibleAt: world.now });
    world.clock.advance(5 * MINUTE);

    const reading = world.run({ streams: ['events'] });
    await world.clock.wait(5 * SECOND);
    await world.run({ streams: ['other'] });
    await reading;
    await runFor(world, 20 * MINUTE);

    expect(login.signIns.length).toBeGreaterThan(5);
    expect(marked(world, UNEXPECTED)).toEqual([]);
  });
});

describe('rule 27: the same event gets the same mark whenever it is read', () => {
  const FAULTS: Fault[] = ['crash-before', 'crash-after', 'crash-midway'];

  it.each(FAULTS)('also after a crash at any step: %s', async (fault) => {
    for (let number = 1; ; number++) {
      const { world, login } = logWorld({ vendor: { pageSize: 3 } });
      await runFor(world, 10 * MINUTE);
      signIn(world, (login.signIns.at(-1) as Instant) + 30 * SECOND, 'forwarder', { name: 'thief' });
      const died = await world
        .run({ onEffect: (call) => (call.number === number ? fault : undefined) })
        .then(() => false, isCrash);
      // A sign-in of which nobody knows whether it was refused would keep all from asking.
      world.secretVersion = 'v2';
      world.clock.advance(6 * MINUTE);
      await runFor(world, 20 * MINUTE);

      expect([...marksByName(world).values()].filter((marks) => marks.size > 1)).toEqual([]);
      expect(new Set(marked(world, UNEXPECTED)).size, `effect ${number}`).toBe(1);
      if (!died) break;
    }
  });

  function isCrash(thrown: unknown): boolean {
    if (thrown instanceof Crash) return true;
    throw thrown;
  }

  it('and wherever it goes', async () => {
    const { world, login } = logWorld({ destinations: ['siem', 'archive'], late: MINUTE });
    await runFor(world, 10 * MINUTE);
    signIn(world, (login.signIns.at(-1) as Instant) + 20 * SECOND, 'forwarder', { name: 'thief' });
    world.onEffect = ({ name, about }) =>
      name === 'put' && about === 'tidemark-archive' ? { refused: () => 'ServiceUnavailableException' } : undefined;
    await runFor(world, 20 * MINUTE);
    world.onEffect = undefined;
    await runFor(world, 30 * MINUTE);

    expect(marksByName(world, ['siem', 'archive'])).toEqual(marksByName(world, ['archive']));
    expect(marksByName(world, ['siem', 'archive'])).toEqual(marksByName(world, ['siem']));
    expect(marked(world, UNEXPECTED, 'archive').length).toBe(1);
    expect(world.count('UnexpectedSignIns')).toBe(1);
  });

  it('also when a record lies near it only later, by a clock that is behind', async () => {
    const { world, login } = logWorld({ stream: { settle: 10 * SECOND }, destinations: ['siem', 'archive'] });
    Object.assign(login, { dates: false, onSignIn: undefined });
    await runFor(world, 10 * MINUTE);
    signIn(world, world.now, 'forwarder', { name: 'thief' });
    world.clock.advance(75 * SECOND);
    world.onEffect = ({ name, about }) =>
      name === 'put' && about === 'tidemark-archive' ? { refused: () => 'ServiceUnavailableException' } : undefined;
    await world.run({ budget: 20 * SECOND });
    expect(marked(world, UNEXPECTED)).toEqual(['thief']);

    world.onEffect = undefined;
    await world.run({ clockOffset: -60 * SECOND });
    await runFor(world, 20 * MINUTE);

    expect(marked(world, UNEXPECTED, 'archive')).toEqual(['thief']);
  });

  it('as often as there are more sign-ins than records, whenever they show', async () => {
    const other = fc.record({
      after: fc.integer({ min: 0, max: 50 * 60 }),
      late: fc.integer({ min: 0, max: 20 * 60 }),
    });
    const lateness = fc.array(fc.integer({ min: 0, max: 20 * 60 }), { minLength: 12, maxLength: 12 });
    const crashes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(other, { maxLength: 6 }), lateness, crashes, async (others, lates, deaths) => {
        const { world, login } = logWorld({ vendor: { pageSize: 3 } });
        login.onSignIn = (time) => {
          const late = lates[login.signIns.length % lates.length] as number;
          signIn(world, time, 'forwarder', { visibleAt: world.now + late * SECOND });
        };
        await world.run();
        for (const { after, late } of others) {
          const time = at('12:00:30') + after * SECOND;
          signIn(world, time, 'forwarder', {
            visibleAt: time + late * SECOND,
            name: `thief ${world.vendor.rows.length}`,
          });
        }
        const dying = [...deaths];
        for (let run = 0; run < 20; run++) {
          world.clock.advance(5 * MINUTE);
          const death = run % 4 === 1 ? dying.shift() : undefined;
          const hook: EffectHook = ({ number }) => (number === death ? 'crash-after' : undefined);
          await world.run({ onEffect: hook }).catch(isCrash);
          world.secretVersion = `v${run}`;
        }
        login.onSignIn = undefined;
        await runFor(world, 30 * MINUTE);

        const marks = marksByName(world);
        expect([...marks.values()].filter((one) => one.size > 1)).toEqual([]);
        const unexpected = [...marks.values()].filter((one) => one.has(UNEXPECTED)).length;
        // An attempt that a process did not live to make is on record all the same, and vouches for one more.
        const unmade = (world.table.loadConnection()?.signIns?.length ?? 0) - login.signIns.length;
        expect(unexpected).toBeLessThanOrEqual(others.length);
        expect(unexpected).toBeGreaterThanOrEqual(others.length - unmade);
      }),
      { numRuns: 40 },
    );
  });
});

describe('what is remembered of sign-ins', () => {
  it('is nothing where the log shows none', async () => {
    const world = createWorld({ login: true, startFrom: at('11:00:00') });
    loginOf(world).onSignIn = (time) => signIn(world, time, 'forwarder');
    await runFor(world, 20 * MINUTE);

    expect(world.checkpoint()).not.toHaveProperty('claims');
    expect(world.names().length).toBe(3);
  });

  it('does not grow without bound', async () => {
    const { world } = logWorld();
    const sizes: [number, number][] = [];

    for (let run = 0; run < 5 * 96; run++) {
      await world.run();
      world.clock.advance(15 * MINUTE);
      const signIns = world.table.loadConnection()?.signIns?.length ?? 0;
      sizes.push([signIns, Object.keys(world.checkpoint().claims ?? {}).length]);
    }

    expect(sizes.at(-1)?.[0]).toBe(288);
    expect(Math.max(...sizes.map(([, claims]) => claims))).toBeLessThanOrEqual(5);
    expect(marked(world, UNEXPECTED)).toEqual([]);
    expect(marked(world, OURS).length).toBeGreaterThan(470);
  });

  it('reaches as far back as is read again', async () => {
    const { world, login } = logWorld({
      stream: { rereads: [{ every: HOUR, overlap: 6 * HOUR }] },
      settings: { account: 'forwarder', leaveOut: 'yes' },
    });
    await runFor(world, HOUR);
    login.onSignIn = undefined;
    const [, second] = login.signIns as [Instant, Instant];
    // Five hours later it shows that there was another one.
    signIn(world, second - 10 * SECOND, 'forwarder', { name: 'thief', visibleAt: second + 5 * HOUR });
    await runFor(world, 6 * HOUR);

    expect(world.names()).toEqual(['thief']);
    expect(marked(world, UNEXPECTED)).toEqual(['thief']);
  });
});
