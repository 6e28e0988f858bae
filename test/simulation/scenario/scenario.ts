import {
  DAY,
  type Duration,
  floorTo,
  HOUR,
  type Instant,
  MILLISECOND,
  MINUTE,
  type Range,
  SECOND,
} from '../../../functions/core/time.ts';
import type { Reply, VendorOptions } from '../../memory/vendor.ts';
import { Dice } from '../dice.ts';
import { type Deployment, drawDeployments, type PlannedDestination } from './deployments.ts';
import { drawLaterRates, drawRates, drawRuns, type PlannedRun, type Rates } from './scenario-faults.ts';
import { BEGIN, type PlannedRow, planRows } from './scenario-rows.ts';

/** A vendor that deletes nothing while a scenario lasts. */
export const FOREVER: Duration = 90 * DAY;

/** All that is decided before a simulation begins. Plain data: a failing one can be made smaller. */
export interface Scenario {
  readonly seed: number;
  readonly vendor: Pick<
    VendorOptions,
    'order' | 'paging' | 'pageSize' | 'bounds' | 'clockOffset' | 'dates' | 'ids' | 'precision' | 'latency' | 'keeps'
  >;
  /** The last page links to itself. */
  readonly selfLink: boolean;
  /** The vendor widens ranges to whole minutes. */
  readonly coarse: boolean;
  /** Answers say up to when they answer. */
  readonly echo: boolean;
  readonly settle: Duration;
  readonly overlap: Duration;
  readonly longestWindow: Duration;
  readonly cutAfterPages?: number;
  readonly requestsInFlight: number;
  readonly startFrom?: Instant;
  readonly rows: readonly PlannedRow[];
  readonly runs: readonly PlannedRun[];
  readonly destinations: readonly PlannedDestination[];
  /** Deployments that change which destinations are configured, and those that replace a delivery stream. In the end, all are there. */
  readonly deployments: readonly Deployment[];
  /** Somebody sets watermark and floor. */
  readonly hand?: { readonly at: Instant; readonly to: Instant };
  readonly scopeChangesAt?: Instant;
  readonly maxSeenKeys: number;
  readonly quota?: { readonly limit: number; readonly othersUse: number };
  readonly rates: Partial<Rates>;
  readonly refused?: Range;
  readonly forbidden?: Range;
  /** Lines are so long that each is a Firehose record of its own. */
  readonly longLines: boolean;
  /** Another feed of the connection is due in the same runs, and its endpoint always answers this, also when all faults have stopped. */
  readonly neighbour?: Reply;
}

/** What endpoints answer that are broken for good. */
const BROKEN: readonly Reply[] = [
  { status: 401 },
  { status: 429 },
  { status: 429, headers: { 'retry-after': '60' } },
  { status: 429, headers: { 'retry-after': '3600' } },
  { status: 503, headers: { 'retry-after': '600' } },
  { status: 500 },
  { network: 'connection reset' },
];

/** Whether nothing goes wrong in it: then every event arrives exactly once. */
export function isCalm({ rates, runs, refused, forbidden, destinations }: Scenario): boolean {
  const undisturbed = runs.every(({ crash, freeze }) => !crash && !freeze);
  return (
    undisturbed &&
    Object.keys(rates).length === 0 &&
    !refused &&
    !forbidden &&
    destinations.every((one) => !one.refuses)
  );
}

/** The scenario of a seed. */
export function drawScenario(seed: number): Scenario {
  const dice = new Dice(seed);
  const every = dice.int(1, 10) * MINUTE;
  const count = dice.int(4, 14);
  const end = BEGIN + count * every;
  const calm = dice.chance(0.25);
  const precision = dice.pick([SECOND, SECOND, MILLISECOND, 1]);
  const settle = dice.pick([0, 5 * SECOND, 30 * SECOND, 2 * MINUTE]);
  const overlap = dice.pick([0, MINUTE, 5 * MINUTE, 15 * MINUTE, 40 * MINUTE]);
  const vendor = drawVendor(dice, precision);
  // Offsets shift when rows are deleted in front of them: what that hides is for a later read, which may not come.
  const keeps = dice.chance(0.1) && vendor.paging === 'cursor' ? dice.int(20, 60) * MINUTE : FOREVER;
  const clockOffset = keeps < FOREVER || dice.chance(0.5) ? 0 : dice.pick([-2 * MINUTE, 2 * MINUTE, -HOUR, HOUR]);
  const dates = clockOffset < 0 || dice.chance(0.9);
  const changes = vendor.paging === 'cursor';
  const sessions = dice.chance(0.1);
  const rows = planRows(dice, { precision, settle, overlap, clockOffset, end, changes, sessions });
  const coarse = dice.chance(0.1);
  // Where a minute is the least that can be asked for, one broken record spoils all of it.
  const poison = dice.chance(0.05) && !calm && !coarse && keeps === FOREVER;
  const cutAfterPages = dice.maybe(0.3, () => dice.int(2, 6));
  const quota = dice.maybe(0.15, () => ({ limit: dice.int(4, 12), othersUse: dice.int(0, 2) }));
  const scenario: Scenario = {
    seed,
    vendor: { ...vendor, keeps, clockOffset, dates },
    selfLink: vendor.paging === 'cursor' && dice.chance(0.1),
    coarse,
    echo: dice.chance(0.15),
    settle,
    overlap,
    ...drawPast(dice, end),
    ...(cutAfterPages !== undefined && { cutAfterPages }),
    rows: poison ? rows.map((row, at) => (at === Math.floor(rows.length / 2) ? { ...row, poison } : row)) : rows,
    runs: drawRuns(dice, { count, every, calm, dates }),
    destinations: drawDestinations(dice, end, calm),
    ...drawPeople(dice, end, calm),
    maxSeenKeys: dice.chance(0.1) ? dice.int(1, 30) : 500_000,
    ...(quota && { quota }),
    rates: calm ? {} : { ...drawRates(dice, poison), ...drawLaterRates(new Dice(seed + 2_000_003)) },
    longLines: dice.chance(0.3),
    requestsInFlight: new Dice(seed + 3_000_017).pick([1, 1, 2, 4]),
    deployments: [],
    ...drawNeighbour(new Dice(seed + 4_000_037)),
  };
  // What is deleted, or set by hand, is not owed.
  if (keeps < FOREVER || scenario.hand) return scenario;
  return { ...scenario, ...drawDeployments(new Dice(seed + 4_000_050), end, scenario.destinations) };
}

function drawNeighbour(dice: Dice): Pick<Scenario, 'neighbour'> {
  const neighbour = dice.maybe(0.15, () => dice.pick(BROKEN));
  return neighbour ? { neighbour } : {};
}

function drawVendor(dice: Dice, precision: Duration) {
  const paging = dice.pick(['cursor', 'cursor', 'offset'] as const);
  return {
    order: dice.pick(['ascending', 'ascending', 'newest-first', 'newest-first', 'shuffled'] as const),
    paging,
    pageSize: dice.int(1, 7),
    bounds: dice.pick(['inclusive', 'exclusive', 'half-open', 'half-open-end'] as const),
    ids: dice.chance(0.35),
    precision,
    latency: dice.pick([50 * MILLISECOND, 300 * MILLISECOND, 2 * SECOND, 7 * SECOND]),
  };
}

/** Where the feed starts (before all rows, among them, or a day back), and how much it asks for at once: a day in minutes would take long. */
function drawPast(dice: Dice, end: Instant): { startFrom?: Instant; longestWindow: Duration } {
  if (dice.chance(0.1)) return { longestWindow: dice.pick([HOUR, DAY]) };
  const longestWindow = dice.pick([3 * MINUTE, 10 * MINUTE, 30 * MINUTE, DAY]);
  const among = dice.chance(0.3) ? dice.random() * (end - BEGIN) : -5 * MINUTE;
  return { startFrom: floorTo(BEGIN - HOUR + among, SECOND), longestWindow };
}

function drawDestinations(dice: Dice, end: Instant, calm: boolean): PlannedDestination[] {
  const during = () => drawSpell(dice, end);
  const refusing = (share: number) => (calm ? undefined : dice.maybe(share, during));
  const first = refusing(0.1);
  const one = { id: 'one', from: 0, ...(first && { refuses: first }) };
  if (dice.chance(0.5)) return [one];
  const second = refusing(0.3);
  const from = dice.chance(0.5) ? 0 : BEGIN + dice.random() * (end - BEGIN);
  return [one, { id: 'two', from, ...(second && { refuses: second }) }];
}

/** What people do: set a watermark, change the scope, let credentials expire. */
function drawPeople(dice: Dice, end: Instant, calm: boolean) {
  const hand = dice.maybe(0.08, () => {
    const at = BEGIN + dice.random() * (end - BEGIN);
    return { at, to: floorTo(at - dice.int(3, 90) * MINUTE, SECOND) };
  });
  const scopeChangesAt = dice.maybe(0.08, () => BEGIN + dice.random() * (end - BEGIN));
  const refused = calm ? undefined : dice.maybe(0.04, () => drawSpell(dice, end));
  const forbidden = calm ? undefined : dice.maybe(0.04, () => drawSpell(dice, end));
  return {
    ...(hand && { hand }),
    ...(scopeChangesAt !== undefined && { scopeChangesAt }),
    ...(refused && { refused }),
    ...(forbidden && { forbidden }),
  };
}

function drawSpell(dice: Dice, end: Instant): Range {
  const from = BEGIN + dice.random() * (end - BEGIN);
  return { from, to: from + dice.random() * (end - from) };
}
