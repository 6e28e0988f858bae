import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type QuietHours, quietMinutes } from '../../functions/core/config/quiet-hours.ts';
import { draw, SOURCES } from './support/draw.ts';

interface MuteProperties {
  readonly MuteTargets: { readonly AlarmNames: readonly string[] };
  readonly Rule: {
    readonly Schedule: { readonly Expression: string; readonly Duration: string; readonly Timezone: string };
  };
}

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly TreatMissingData: string;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY = 24 * 60;
const WEEK = 7 * DAY;

const withQuiet = (quietHours: object) => draw({ deployment: { alarms: { quietHours } } });
const rulesOf = ({ account }: ReturnType<typeof draw>) =>
  account.find<MuteProperties>('AWS::CloudWatch::AlarmMuteRule').map(({ properties }) => properties);

/** The minutes of a week in which a rule mutes, as CloudWatch reads it: cron(Minutes Hours Day-of-month Month Day-of-week). */
function muted({ Rule: { Schedule } }: MuteProperties): Set<number> {
  const [, minute = '', hour = '', day = ''] =
    /^cron\((\d+) (\d+) \* \* (\*|[A-Z]{3})\)$/.exec(Schedule.Expression) ?? [];
  const [, days = '0', hours = '0', minutes = '0'] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(Schedule.Duration) ?? [];
  const lasts = Number(days) * DAY + Number(hours) * 60 + Number(minutes);
  const begins = DAYS.filter((name) => day === '*' || name.toUpperCase() === day);
  const all = begins.flatMap((name) => {
    const from = DAYS.indexOf(name) * DAY + Number(hour) * 60 + Number(minute);
    return Array.from({ length: lasts }, (_, at) => (from + at) % WEEK);
  });
  return new Set(all);
}

/** Whether a minute is within quiet hours, read off the settings as a person would. */
function isQuiet({ times }: QuietHours, minute: number): boolean {
  return times.some((time) => {
    const [from, to] = [time.from, time.to].map((text) => {
      const [clock = '', day] = text.split(' ').toReversed();
      const [hour, past] = clock.split(':').map(Number) as [number, number];
      return (day === undefined ? 0 : DAYS.indexOf(day) * DAY) + hour * 60 + past;
    }) as [number, number];
    const now = time.from.includes(' ') ? minute : minute % DAY;
    return from < to ? from <= now && now < to : now >= from || now < to;
  });
}

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
const ofWeek = fc.tuple(fc.constantFrom(...DAYS), clock).map((parts) => parts.join(' '));
const pairs = fc
  .oneof(fc.record({ from: clock, to: clock }), fc.record({ from: ofWeek, to: ofWeek }))
  .filter(({ from, to }) => from !== to);

test('without quiet hours, nothing is ever muted', () => {
  expect(rulesOf(draw())).toEqual([]);
});

test('quiet hours mute the alarms of silence, and no other', () => {
  const drawn = withQuiet({ times: [{ from: '22:00', to: '06:00' }] });
  const silent = drawn.account
    .find<AlarmProperties>('AWS::CloudWatch::Alarm')
    .filter(({ properties }) => properties.TreatMissingData === 'breaching');

  expect(silent).toHaveLength(SOURCES.length);
  for (const { properties } of silent) expect(properties.AlarmDescription).toContain('/not-running: ');
  const [rule, ...others] = rulesOf(drawn);
  expect(others).toEqual([]);
  expect(rule?.MuteTargets.AlarmNames.toSorted()).toEqual(silent.map(({ id }) => id).toSorted());
});

test('a night and a weekend are two rules, on the clock of the place', () => {
  const times = [
    { from: '22:00', to: '06:30' },
    { from: 'fri 18:00', to: 'mon 06:00' },
  ];
  expect(rulesOf(withQuiet({ timeZone: 'Europe/Berlin', times })).map(({ Rule }) => Rule.Schedule)).toEqual([
    { Expression: 'cron(0 22 * * *)', Duration: 'PT8H30M', Timezone: 'Europe/Berlin' },
    { Expression: 'cron(0 18 * * FRI)', Duration: 'P2DT12H', Timezone: 'Europe/Berlin' },
  ]);
});

test('in each minute of a week the rules mute what the settings say', () => {
  // Each draws the whole deployment.
  fc.assert(
    fc.property(fc.array(pairs, { minLength: 1, maxLength: 3 }), (times) => {
      const hours = { timeZone: 'UTC', times };
      const said = Array.from({ length: WEEK }, (_, minute) => minute).filter((minute) => isQuiet(hours, minute));
      fc.pre(said.length <= WEEK - 60);
      const ruled = rulesOf(withQuiet(hours)).flatMap((rule) => [...muted(rule)]);

      expect([...new Set(ruled)].toSorted((one, other) => one - other)).toEqual(said);
      expect(quietMinutes(hours)).toBe(said.length);
    }),
    { numRuns: 12 },
  );
});
