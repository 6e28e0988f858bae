import { UnreadableError } from '../../../core/errors.ts';
import { bareJsonRows, largeJsonRows, memberTexts, textRow } from '../../../core/events/json/large-json-rows.ts';
import type { Answer, Identity, ListCheck, Row } from '../../../core/model.ts';
import { type Instant, MILLISECOND, parseInstant } from '../../../core/time.ts';
import { fieldsOf, shapeOf } from '../../../source-kit/json-values.ts';
import { numberOf } from '../../../source-kit/scalars.ts';

const LATEST = Date.UTC(2200, 0, 1);
/** Maximum difference between two sums of the same hours in different order. */
const ROUNDING = 1e-6;

/** The hours of usage, each with its account: the vendor lists them account by account. */
export function usageRows(answer: Answer): readonly Row[] {
  const { rows: accounts, document } = largeJsonRows(answer, 'data');
  const rows = accounts.flatMap(rowsOfAccount);
  const check = usageCheck();
  if (document.total !== undefined) check.add(accounts.length, rows);
  check.end(document);
  return rows;
}

/** What the total counts is not documented. By the vendor's samples it may be rows, accounts or hours. */
export function usageCheck(): ListCheck {
  let [accounts, rows, hours] = [0, 0, 0];
  return {
    add: (records, some) => {
      accounts += records;
      rows += some.length;
      for (const { value } of some) hours += numberOf(fieldsOf(value).hours_used) ?? 0;
    },
    end: (document) => {
      const announced = document.total ?? undefined;
      if (announced === undefined) return;
      const total = numberOf(announced);
      if (total === rows || total === accounts) return;
      if (total !== undefined && Math.abs(total - hours) <= (Number.isInteger(total) ? 0.5 : ROUNDING)) return;
      throw new UnreadableError(
        `total is ${total ?? shapeOf(announced)}, but the answer holds ${rows} rows of ${accounts} accounts with ${hours} hours`,
      );
    },
  };
}

/** Rows have no id. The measured value is a part of a row's identity, so a corrected value is another event. */
export function usageEvents({ value }: Row): readonly Identity[] {
  const time = hourOf(fieldsOf(value).time);
  return [time === undefined ? {} : { time }];
}

/** The ids of what was used and where. Names and values may change when the vendor counts again. */
const ID_FIELDS = [
  'account_external_id',
  'datacenter_id',
  'instance_type_id',
  'server_type',
  'disk_volume_type_id',
] as const;

/** The same for the same hour of the same thing, whatever its value. */
export function stableUsageFields({ value }: Row): string {
  const fields = fieldsOf(value);
  return JSON.stringify([fields.time, ...ID_FIELDS.map((key) => fields[key] ?? null)]);
}

/** The beginning of an hour, in milliseconds since 1970. */
export function hourOf(value: unknown): Instant | undefined {
  const milliseconds = numberOf(value);
  if (milliseconds === undefined) return parseInstant(value);
  const isTime = Number.isInteger(milliseconds) && milliseconds >= 0 && milliseconds < LATEST;
  return isTime ? milliseconds * MILLISECOND : undefined;
}

/**
 * The hours of an account, put together from the vendor's own texts, so that each number stays as it was written. If a row is no
 * account with a list of usage, it stays a row: mapping it fails, and the other rows are not affected.
 */
function rowsOfAccount(row: Row): readonly Row[] {
  const members = memberTexts(row.text);
  const usage = members.get('usage') ?? 'null';
  if (!row.text.startsWith('{') || (usage !== 'null' && !usage.startsWith('['))) return [row];
  const entries = usage === 'null' ? [] : bareJsonRows({ headers: {}, text: usage });
  const account = ['account', 'account_external_id'].map((key) => `"${key}":${members.get(key) ?? 'null'}`);
  return entries.map((entry) => textRow(`{${[...account, ...membersIn(entry.text)].join()}}`));
}

/** The text between the braces of an entry, if there is any. An entry that is no object becomes a member. */
function membersIn(entry: string): readonly string[] {
  if (!entry.startsWith('{')) return [`"usage":${entry}`];
  const inside = entry.slice(1, -1).trim();
  return inside === '' ? [] : [inside];
}
