import { describe, expect, it } from 'vitest';
import { DAY, HOUR, type Instant, MILLISECOND, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { seededRandom } from '../../memory/random.ts';
import { createWorld } from '../../memory/world.ts';
import { at, EXACT } from '../set-up.ts';

describe('rule 1: now is read once a run, and W never passes start - settle', () => {
  it('finds an event that appears behind the watermark while a long run goes on', async () => {
    const world = createWorld({
      startFrom: at('11:00:00'),
      stream: { overlap: 5 * MINUTE, settle: 2 * MINUTE, longestWindow: 10 * MINUTE },
      vendor: { latency: 20 * SECOND },
    });
    world.vendor.addMany(90, at('11:00:00'), MINUTE);
    world.vendor.add({ time: at('11:57:30'), name: 'late', visibleAt: at('12:04:00') });

    await world.run({ budget: 15 * MINUTE });
    expect(world.names()).not.toContain('late');
    world.clock.advance(5 * MINUTE);
    await world.run();

    expect(world.names()).toContain('late');
    expect(world.checkpoint().watermark).toBeLessThanOrEqual(world.now - 2 * MINUTE);
  });

  it('finds an event that appears in the part that is done of a window that takes many runs', async () => {
    const world = createWorld({
      startFrom: at('06:00:00'),
      stream: { overlap: 5 * MINUTE, settle: 2 * MINUTE },
      vendor: { order: 'newest-first', latency: 5 * SECOND, pageSize: 20 },
    });
    world.vendor.addMany(355, at('06:00:00'), MINUTE);
    world.vendor.add({ time: at('11:57:00'), name: 'late', visibleAt: at('12:03:30') });

    const runs = await world.runUntilCaughtUp({ budget: 40 * SECOND });
    expect(runs.length).toBeGreaterThan(2);
    expect(world.names()).not.toContain('late');
    world.clock.advance(5 * MINUTE);
    await world.run();

    expect(world.census()).toEqual(EXACT);
  });

  it('finishes the stored plan, also when the next run begins much later', async () => {
    const world = createWorld({
      startFrom: at('09:00:00'),
      vendor: { latency: 10 * SECOND, order: 'newest-first' },
    });
    world.vendor.addMany(170, at('09:00:00'), MINUTE);

    await world.run({ budget: MINUTE });
    const plan = world.checkpoint().plan;
    world.clock.advance(3 * HOUR);
    await world.run({ budget: MINUTE });

    expect(plan?.to).toBe(at('11:58:00'));
    expect(world.checkpoint().plan).toMatchObject({ from: plan?.from, to: plan?.to, window: plan?.window });
  });

  it.each([1, 2, 3])('finds every event that is at most overlap + settle late (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const world = createWorld({ seed, startFrom: at('12:00:00'), vendor: { pageSize: 7, latency: SECOND } });
    for (let minute = 0; minute < 180; minute++) {
      const time = at('12:00:00') + minute * MINUTE + Math.floor(random() * 60) * SECOND;
      const lateness = random() < 0.2 ? 32 * MINUTE : Math.floor(random() * 32 * MINUTE);
      world.vendor.add({ time, name: `event ${minute}`, visibleAt: time + lateness });
    }

    while (world.now < at('16:00:00')) {
      await world.run({ budget: (4 + random() * 40) * SECOND });
      world.clock.advance(Math.floor(random() * 10) * MINUTE);
    }

    expect(world.census()).toEqual(EXACT);
  });

  it('never lets the watermark pass what had settled when the run began', async () => {
    const world = createWorld({ startFrom: at('08:00:00'), stream: { longestWindow: 20 * MINUTE } });
    world.vendor.addMany(400, at('08:00:00'), MINUTE);

    for (let run = 0; run < 5; run++) {
      const settled = world.now - 2 * MINUTE;
      await world.run({ budget: 20 * MINUTE });
      expect(world.checkpoint().watermark).toBeLessThanOrEqual(settled);
      world.clock.advance(7 * MINUTE);
    }
  });
});

describe('rule 2: W commits at most min(to, the vendor’s Date - settle, the range end that the answer echoes)', () => {
  it('delivers what appears in the vendor’s present when our clock is an hour fast', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    world.vendor.addMany(59, at('11:00:00'), MINUTE);
    world.vendor.addMany(40, at('12:00:30'), 30 * SECOND, { name: 'afterwards' });

    for (let run = 0; run < 8; run++) {
      await world.run({ clockOffset: HOUR });
      expect(world.checkpoint().watermark).toBeLessThanOrEqual(world.vendor.now - 2 * MINUTE);
      world.clock.advance(5 * MINUTE);
    }

    expect(world.census()).toEqual(EXACT);
    expect(world.count('ClockSkewSeconds')).toBeGreaterThan(3_000);
  });

  it('keeps what earlier answers about a window have proven, when a run with another clock finishes it', async () => {
    const world = createWorld({
      startFrom: at('11:00:00'),
      vendor: { order: 'newest-first', latency: 10 * SECOND, pageSize: 5 },
    });
    world.vendor.addMany(57, at('11:00:00'), MINUTE);
    world.vendor.addMany(30, at('12:05:00'), SECOND, { name: 'afterwards' });

    await world.run({ clockOffset: HOUR, budget: MINUTE });
    expect(world.checkpoint().plan?.left).toBeDefined();
    world.clock.advance(70 * MINUTE);
    await world.run();
    expect(world.checkpoint().watermark).toBeLessThanOrEqual(at('11:58:00'));
    await world.runUntilCaughtUp();

    world.clock.advance(5 * MINUTE);
    await world.runUntilCaughtUp();
    expect(world.census()).toEqual(EXACT);
  });

  it('does not let a window in the vendor’s future prove one that was read before its present came', async () => {
    const world = createWorld({
      startFrom: at('11:50:00'),
      stream: { overlap: MINUTE, settle: MINUTE, longestWindow: 10 * MINUTE },
      vendor: { latency: 29 * SECOND },
    });
    world.vendor.add({ time: at('12:00:40'), name: 'not late at all' });

    await world.run({ clockOffset: HOUR, budget: 15 * MINUTE });
    for (let run = 0; run < 5; run++) {
      world.clock.advance(5 * MINUTE);
      await world.run({ clockOffset: HOUR, budget: 15 * MINUTE });
    }

    expect(world.names()).toEqual(['not late at all']);
  });

  it('goes on where an answer covers a part of the range only, and does not ask for the present over and over', async () => {
    const world = createWorld({
      startFrom: at('06:00:00'),
      stream: { longestWindow: HOUR },
      vendor: { precision: MILLISECOND, echo: ({ from, to }, now) => Math.min(to, from + 40 * MINUTE, now - HOUR) },
    });
    world.vendor.addMany(350, at('06:00:00'), MINUTE);
    // The answer holds what it says that it has answered for.
    world.vendor.onRequest = (asked) => {
      const to = Math.min(asked.to, asked.from + 40 * MINUTE, world.vendor.now - HOUR);
      const rows = world.vendor.visible.filter(({ time }) => time >= asked.from && time < to).map(({ text }) => text);
      return { text: `{"rows":[${rows}],"answeredTo":${to}}` };
    };

    await world.run();
    expect(world.vendor.requests.length).toBeLessThan(60);
    await world.runUntilCaughtUp();
    expect(world.checkpoint().watermark).toBeGreaterThanOrEqual(world.now - HOUR - 6 * MINUTE);
    world.clock.advance(HOUR);
    await world.runUntilCaughtUp();

    expect(world.census()).toEqual(EXACT);
  });

  it.each([-2 * DAY, 2 * DAY])(
    'ignores and reports a Date that is more than a day off (%i us)',
    async (clockOffset) => {
      const world = createWorld({ startFrom: at('11:00:00'), vendor: { clockOffset } });
      world.vendor.addMany(50, at('11:00:00'), MINUTE);

      await world.run();

      expect(world.count('ClockUnbelievable')).toBeGreaterThan(0);
      expect(world.checkpoint().watermark).toBe(at('11:58:00'));
      expect(world.census()).toEqual(EXACT);
    },
  );

  it.each([
    [29, 0],
    [32, 32],
  ])('counts a skew of %i seconds as %i', async (seconds, counted) => {
    const world = createWorld({ vendor: { clockOffset: seconds * SECOND, latency: 0 } });

    await world.run();

    expect(Math.abs(world.count('ClockSkewSeconds') - counted)).toBeLessThanOrEqual(1);
  });

  it('holds the watermark at the end that an answer echoes when that is short of what was asked', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { echo: (_, now) => now - 45 * MINUTE } });
    const appearing = world.vendor.addMany(58, at('11:00:00'), MINUTE);
    // An index that is 45 minutes behind, and says so.
    appearing.forEach(({ time }, row) => {
      Object.assign(world.vendor.rows[row] as object, { visibleAt: time + 45 * MINUTE });
    });

    await world.run();
    expect(world.checkpoint().watermark).toBe(at('11:15:00'));
    for (let run = 0; run < 12; run++) {
      world.clock.advance(5 * MINUTE);
      await world.run();
    }

    expect(world.census()).toEqual(EXACT);
  });

  it('takes the least of all pages’ echoes, and none beyond what was asked', async () => {
    const pages: Instant[] = [at('13:00:00'), at('11:40:00'), at('13:00:00')];
    const world = createWorld({ startFrom: at('11:00:00'), vendor: { echo: () => pages.shift() ?? at('13:00:00') } });
    world.vendor.addMany(25, at('11:00:00'), MINUTE);

    await world.run();
    expect(world.checkpoint().watermark).toBe(at('11:40:00'));
    await world.run();

    expect(world.checkpoint().watermark).toBeLessThanOrEqual(world.now - 2 * MINUTE);
    expect(world.checkpoint().watermark).toBeGreaterThan(at('11:57:00'));
  });
});

describe('rule 3: ask [from - q, to + q], keep [from, to)', () => {
  const bounds = ['inclusive', 'exclusive', 'half-open', 'half-open-end'] as const;
  const precisions = [SECOND, MILLISECOND, 1];

  it.each(bounds.flatMap((kind) => precisions.map((precision) => [kind, precision] as const)))(
    'loses and repeats no row on a bound: %s bounds, precision %i us',
    async (kind, precision) => {
      const world = createWorld({
        startFrom: at('11:50:00'),
        stream: { longestWindow: 10 * SECOND, overlap: 30 * SECOND },
        vendor: { bounds: kind, precision, pageSize: 1_000 },
      });
      for (let second = -1; second < 480; second++) {
        for (const step of [-1, 0, 1]) {
          world.vendor.add({ time: at('11:50:00') + second * SECOND + step * precision, name: `${second} ${step}` });
        }
      }

      await world.run();
      world.clock.advance(5 * MINUTE);
      await world.run();

      expect(world.census(world.vendor.rows.filter(({ time }) => time >= at('11:50:00')))).toEqual(EXACT);
    },
  );

  it('asks for one step of the vendor’s precision more on both sides', async () => {
    const world = createWorld({ startFrom: at('11:00:00'), stream: { longestWindow: HOUR } });

    await world.run();

    expect(world.vendor.requests[0]).toMatchObject({ from: at('11:00:00') - SECOND, to: at('11:58:00') + SECOND });
  });

  it('delivers and counts a row far outside of what was asked, and drops only what lies in the margins', async () => {
    const world = createWorld({ startFrom: at('11:00:00') });
    await world.run();
    world.clock.advance(at('12:05:00') - world.now);
    const stray = (time: string) => JSON.stringify({ date: `2026-03-02T${time}Z`, name: time });
    const times = ['11:27:58', '11:27:59', '11:28:00', '12:02:59', '12:03:00', '12:03:01', '12:03:02'];
    world.vendor.spoil = () => `{"rows":[${times.map(stray)}]}`;

    await world.run();

    expect(world.names()).toEqual(['11:27:58', '11:28:00', '12:02:59', '12:03:02']);
    expect(world.count('OutOfRange')).toBe(2);
  });
});
