import { hash, share } from '../../random.ts';
import type { Timeline } from '../../timeline.ts';
import type { Log } from '../api/log.ts';
import { type Columns, readSorting, sortRows } from '../api/paging.ts';
import { json, Refusal } from '../api/replies.ts';
import type { FrameSwitches } from '../faults.ts';
import { createWindowReader, DAY_MS, type Moment, momentsIn, readDay, stamp } from '../moments.ts';
import { ACCOUNTS, CUSTOMER, type Person, userAt } from '../organization.ts';
import { type RowFaults, rowText } from '../trails/odd-rows.ts';

/** Whether the day named by `to_date` belongs to the range. */
export const LAST_DAY = ['inclusive', 'exclusive'] as const;

/** Behaviour that the vendor's documentation leaves open. */
export interface ActivityOptions {
  readonly lastDay: (typeof LAST_DAY)[number];
  readonly activitiesPerDay: number;
  /** How long rows are kept. */
  readonly usageDays: number;
}

const FIELDS = { time: 'access_datetime', filled: 'user_first_name' };
/** Accesses per user, about as in the vendor's sample. */
const ACCESSES_PER_USER = 8;
const MIN_USERS = 8;
const MAX_ROWS = 500_000;
const OVERSHOOT = 3;

/** Makes `user_activities`: whole days, all rows in one answer. */
export function createUserActivities(
  timeline: Timeline,
  switches: FrameSwitches,
  options: ActivityOptions,
  clock: () => number,
): Log {
  const read = createWindowReader(
    (from, to) => momentsIn(timeline, from, to),
    () => [switches.faults.late, switches.faults.twins],
  );
  const write = createWriter(Math.max(MIN_USERS, Math.floor(options.activitiesPerDay / ACCESSES_PER_USER)));
  const oldest = () => clock() - options.usageDays * DAY_MS;
  const columns: Columns<Moment> = {
    access_datetime: ({ micros }) => micros,
    user_email: (moment) => write.person(moment).email,
  };

  function rowsOf({ from, to }: { from: number; to: number }, skipped: readonly string[]): readonly Moment[] {
    const now = clock();
    const [start, end] = [Math.max(from, Math.floor(oldest() / DAY_MS) * DAY_MS), Math.min(to, now + 1)];
    if (((end - start) / DAY_MS) * options.activitiesPerDay > MAX_ROWS)
      throw new Refusal(504, 'The request took too long');
    const kept = oldest() * 1000;
    return read(start, end).filter(
      (moment) =>
        moment.shownAt <= now &&
        moment.micros >= kept &&
        !(skipped.length > 0 && skipped.includes(write.person(moment).idp)),
    );
  }

  function statedTotal(rows: number): number {
    const { totals } = switches.faults;
    if (totals === 'lie') return hash(rows) % 100_000;
    return totals === 'overshoot' ? rows + OVERSHOOT : rows;
  }

  return {
    page(parameters) {
      const days = readDays(parameters, options.lastDay);
      const sorting = readSorting(parameters, columns);
      const rows = sortRows(rowsOf(days, parameters.getAll('skip_user_idps[]')), sorting, columns);
      const users = new Set(rows.map((moment) => write.person(moment).id));
      const data = rows.map((moment) => write.text(moment, switches.faults)).join(',');
      return json(`{"data":[${data}],"total":${statedTotal(rows.length)},"total_unique":${users.size}}`, rows.length);
    },
    *held({ from, to, visibleAt }) {
      const end = Math.min(to, visibleAt + 1);
      for (let start = Math.max(from, oldest()); start < end; start += DAY_MS) {
        const stop = Math.min(end, start + DAY_MS);
        for (const moment of momentsIn(timeline, start, stop)) {
          const { id, micros, shownAt } = moment;
          if (micros < start * 1000 || micros >= stop * 1000 || shownAt > visibleAt) continue;
          yield { id, time: Math.floor(micros / 1000), shownAt, text: write.text(moment, switches.faults) };
        }
      }
    },
  };
}

/** Reads the two days, which are both required. `to` is the first instant after the range. */
export function readDays(
  parameters: URLSearchParams,
  lastDay: ActivityOptions['lastDay'],
): { from: number; to: number } {
  const [from, to] = ['from_date', 'to_date'].map((name) => {
    const day = readDay(parameters.get(name) ?? '');
    if (day === undefined) throw new Refusal(400, `${name} is required, as YYYY-MM-DD`);
    return day;
  }) as [number, number];
  if (from > to) throw new Refusal(400, 'from_date must not be after to_date');
  return { from, to: lastDay === 'inclusive' ? to + DAY_MS : to };
}

/** Writes tens of thousands of rows fast: the part that is the same for all rows of a user is written once. */
function createWriter(users: number) {
  const people: (readonly [Person, string])[] = [];
  const known = ({ seed }: Moment) => {
    const number = Math.floor(share(seed, 41) ** 2 * users);
    const found = people[number] ?? [userAt(number), tailOf(userAt(number))];
    people[number] = found;
    return found;
  };

  function plain(moment: Moment): string {
    const account = ACCOUNTS[hash(moment.seed, 42) % ACCOUNTS.length] as (typeof ACCOUNTS)[number];
    const time = stamp(moment.micros);
    return (
      `{"access_date":"${time.slice(0, 10)}","access_datetime":"${time}","account_id":"${account.id}",` +
      `"customer_id":"${CUSTOMER.id}","organization_id":"${account.organizationId}",${known(moment)[1]}`
    );
  }

  return {
    person: (moment: Moment) => known(moment)[0],
    text(moment: Moment, faults: RowFaults): string {
      const text = plain(moment);
      if (!faults.odd && !faults.oversized) return text;
      return rowText(JSON.parse(text) as object, moment.id, FIELDS, faults);
    },
  };
}

/** The end of a row: the fields of the user and the closing brace. */
function tailOf(person: Person): string {
  const { id, email, firstName, lastName, idp } = person;
  const fields = {
    user_email: email,
    user_first_name: firstName,
    user_id: id,
    user_idp: idp,
    user_last_name: lastName,
  };
  return JSON.stringify(fields).slice(1);
}
