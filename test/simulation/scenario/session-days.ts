// Days of sessions at a vendor of which we do not know what its ranges are about, nor whether it shows what goes on:
// each session's start and end arrive, in this order, and once where nothing crashes.
import { DAY, type Duration, HOUR, type Instant, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { type Column, type Session, SessionLog, sessionStream } from '../../memory/sessions.ts';
import { Crash, createWorld, type World } from '../../memory/world.ts';
import { Dice } from '../dice.ts';

/** What nobody knows of the vendor. */
export interface Unknowns {
  readonly column: Column;
  /** Whether it shows sessions that go on. */
  readonly shown: boolean;
}

export const UNKNOWNS: readonly Unknowns[] = (['start', 'end', 'overlap'] as const).flatMap((column) =>
  [true, false].map((shown) => ({ column, shown })),
);

/** Sessions are drawn for so long; the runs go on until the longest re-read that is promised has been over them. */
const DAYS: Duration = 8 * DAY;
const QUIET: Duration = 26 * HOUR;
/** A session may be hidden so long: the longest re-read less the time between two of them, and what outages and crashes cost. */
const LONGEST: Duration = 5 * DAY;
const MOST_QUIET_RUNS = 200;

/** Plays the days of a seed; what was promised and did not come true, one line each. */
export async function playSessionDays(seed: number, unknowns: Unknowns): Promise<string[]> {
  const dice = new Dice(seed);
  const calm = dice.chance(0.5);
  const { world, sessions } = drawWorld(dice, seed, unknowns, calm);
  try {
    await runForDays(dice, world, calm);
    await runQuietly(world);
  } catch (thrown) {
    return [String(thrown instanceof Error ? thrown.stack : thrown)];
  }
  return sessions.sessions.flatMap((session) => {
    const told = sessions.told().get(session.name) ?? [];
    return judge(session, told, calm, world.now).map((why) => `${describe(session, world)}: ${why}, told: ${told}`);
  });
}

function drawWorld(dice: Dice, seed: number, { column, shown }: Unknowns, calm: boolean) {
  const world = createWorld({
    seed,
    startFrom: START,
    start: START,
    vendor: {
      precision: 1,
      paging: dice.pick(['offset', 'offset', 'cursor']),
      order: dice.pick(['ascending', 'ascending', 'ascending', 'newest-first', 'shuffled']),
      pageSize: dice.int(3, 25),
      mostRows: dice.pick([Number.POSITIVE_INFINITY, 20, 5]),
      bounds: dice.pick(['inclusive', 'exclusive', 'half-open', 'half-open-end']),
      dates: dice.chance(0.8),
      latency: dice.pick([50_000, SECOND, 3 * SECOND]),
    },
    stream: sessionStream(dice.chance(0.7) ? { cutAfterPages: dice.int(2, 10) } : {}),
  });
  const sessions = new SessionLog(world, column);
  const count = dice.int(40, 150);
  for (let number = 0; number < count; number++) sessions.add(drawSession(dice, number, shown));
  const failing = dice.pick([0, 0.02, 0.1]);
  if (!calm) world.vendor.onRequest = () => (dice.chance(failing) ? { status: 500 } : undefined);
  return { world, sessions };
}

const START: Instant = createWorld().now;

function drawSession(dice: Dice, number: number, shown: boolean): Session {
  const start = START + Math.floor(dice.random() * DAYS);
  const lasts = dice.pick([HOUR / 2, HOUR / 2, HOUR / 2, 12 * HOUR, LONGEST - DAY]);
  const end = start + MINUTE + Math.floor(dice.random() * lasts);
  // What comes later than the overlap of each run reaches is for the longer re-reads.
  const late = (): Duration => Math.floor(dice.random() * dice.pick([MINUTE, 50 * MINUTE, 20 * HOUR]));
  const toldAt = end + late();
  return {
    name: `s${number}`,
    start,
    end,
    toldAt,
    shownAt: shown ? start + Math.floor(dice.random() * 50 * MINUTE) : undefined,
  };
}

/** Runs at odd times: some short, some after an outage, and some that die. */
async function runForDays(dice: Dice, world: World, calm: boolean): Promise<void> {
  const crashes = calm ? 0 : dice.pick([0.05, 0.2]);
  while (world.now < START + DAYS + LONGEST) {
    const crash = dice.maybe(crashes, () => ({
      at: dice.int(1, dice.pick([20, 60, 200])),
      how: dice.pick(['crash-before', 'crash-midway', 'crash-after'] as const),
    }));
    try {
      await world.run({
        budget: dice.pick([20, 40, 300]) * SECOND,
        onEffect: ({ number }) => (number === crash?.at ? crash.how : undefined),
      });
    } catch (thrown) {
      if (!(thrown instanceof Crash)) throw thrown;
    }
    world.clock.advance(dice.chance(0.01) ? dice.int(1, 48) * HOUR : dice.int(6, 50) * MINUTE);
  }
}

/** Nothing goes wrong any more, until every re-read has been done once. */
async function runQuietly(world: World): Promise<void> {
  world.vendor.onRequest = undefined;
  const until = world.now + QUIET;
  for (let run = 0; run < MOST_QUIET_RUNS && world.now < until; run++) {
    const [report] = await world.run();
    if (report?.state !== 'caught-up') throw new Error(`in peace, a run ends ${JSON.stringify(report)}`);
    world.clock.advance(30 * MINUTE);
  }
}

function judge(session: Session, told: readonly string[], calm: boolean, now: Instant): string[] {
  const wrong: string[] = [];
  const expected = session.toldAt < now - QUIET ? ['started', 'ended'] : [];
  for (const what of expected) if (!told.includes(what)) wrong.push(`nothing says that it ${what}`);
  if (told.indexOf('ended') >= 0 && told.indexOf('ended') < told.indexOf('started')) wrong.push('its end comes first');
  if (calm && new Set(told).size < told.length) wrong.push('something is told twice');
  return wrong;
}

function describe({ name, start, end, shownAt, toldAt }: Session, world: World): string {
  const [from, to, shown, told] = [start, end, shownAt, toldAt].map((at) =>
    at === undefined ? 'never' : ((at - START) / HOUR).toFixed(2),
  );
  const { order, paging, pageSize } = world.vendor.options;
  return `${name} from hour ${from} to ${to}, shown ${shown}, told ${told} (${order}, ${paging} by ${pageSize})`;
}
