import { hash } from '../random.ts';
import type { Reply } from '../send-reply.ts';
import type { Happening, Timeline } from '../timeline.ts';
import type { Visibility } from './access.ts';
import { contentOf, type EventContent, stamp, textOf } from './event-content.ts';
import type { ThousandEyesSwitches } from './faults.ts';
import { oddText, oversizedText } from './odd-rows.ts';
import { TOKEN_OWNER } from './organization.ts';
import { type Cursor, cursorText, type Question, readQuestion } from './question.ts';
import { hal, invalid } from './replies.ts';

/** Behaviour that the vendor's documentation leaves open, and what the token may see. */
export interface LogOptions {
  readonly pageSize: number;
  readonly bounds: 'half-open' | 'inclusive' | 'exclusive';
  readonly order: 'newest-first' | 'oldest-first' | 'shuffled';
  readonly retentionDays: number;
  readonly visibility: Visibility;
  readonly now: () => number;
}

/** A row of the log. */
export interface LogRow extends Happening {
  readonly text: string;
}

/** Selects rows: a half-open range in milliseconds, and account groups. */
export interface RowQuery {
  readonly from: number;
  readonly to: number;
  readonly visibleAt: number;
  readonly aids: readonly string[];
  readonly newestFirst?: boolean;
  readonly beyond?: number;
}

const DAY_MS = 86_400_000;
const SECOND_MS = 1000;
const DEFAULT_OVERSIZE_BYTES = 1_100_000;
const DEFAULT_FOREIGN_ORIGIN = 'https://collector.example.net';

/** The activity log: `page` answers clients, `rows` tells tests everything that it holds. */
export class ActivityLog {
  readonly #timeline: Timeline;
  readonly #switches: ThousandEyesSwitches;
  readonly #options: LogOptions;

  constructor(timeline: Timeline, switches: ThousandEyesSwitches, options: LogOptions) {
    this.#timeline = timeline;
    this.#switches = switches;
    this.#options = options;
  }

  *rows(query: RowQuery): Generator<LogRow> {
    const { retentionDays, visibility, now } = this.#options;
    const from = Math.max(query.from, now() - retentionDays * DAY_MS);
    for (const happening of this.#timeline.happenings({ ...query, from })) {
      const content = contentOf(happening.seed);
      if (!query.aids.includes(content.aid)) continue;
      if (!visibility.seesOthers && content.uid !== TOKEN_OWNER.uid) continue;
      yield { ...happening, text: rowText(happening, content, this.#switches) };
    }
  }

  page(url: URL): Reply {
    const asked = readQuestion(url.searchParams, this.#options.now());
    if ('status' in asked) return asked;
    const question = endEarly(asked, this.#switches, this.#options.now());
    const aids = aidsOf(question, this.#options.visibility);
    if (!aids) return invalid('aid', `The user is not assigned to account group ${question.aid}`);
    const isEmptied = !question.cursor?.isSecondTry && this.#switches.strikes('emptyPages') !== undefined;
    const found = isEmptied ? [] : this.#readPage(question, aids);
    const size = this.#pageSize(question);
    const shown = found.slice(0, size);
    const last = shown.at(-1);
    const next = nextCursor(question, isEmptied, found.length > size && last ? last.id : undefined);
    const href = this.#nextHref(url, question, next, this.#switches);
    // An answer without rows has no links.
    const links = shown.length > 0 || href ? { self: { href: url.href }, ...(href && { next: { href } }) } : {};
    const texts = this.#options.order === 'shuffled' ? shuffled(shown) : shown;
    const echo = `"startDate":"${stamp(question.start)}","endDate":"${stamp(question.end)}"`;
    const body = `{"auditEvents":[${texts.map((row) => row.text).join(',')}],${echo},"_links":${JSON.stringify(links)}}`;
    return hal(body, shown.length);
  }

  /** Reads one row more than the page shows, if there is a next page. */
  #readPage(question: Question, aids: readonly string[]): LogRow[] {
    const beyond = question.cursor?.beyond;
    const query: RowQuery = {
      from: question.start + (this.#options.bounds === 'exclusive' ? SECOND_MS : 0),
      to: question.end + (this.#options.bounds === 'inclusive' ? SECOND_MS : 0),
      visibleAt: this.#options.now(),
      aids,
      newestFirst: this.#options.order !== 'oldest-first',
      ...(beyond !== undefined && { beyond }),
    };
    const found: LogRow[] = [];
    for (const row of this.rows(query)) {
      found.push(row);
      if (found.length > this.#pageSize(question)) break;
    }
    return found;
  }

  #pageSize(question: Question): number {
    return question.max ?? this.#options.pageSize;
  }

  #nextHref(
    url: URL,
    question: Question,
    cursor: Cursor | undefined,
    { faults, strikes }: ThousandEyesSwitches,
  ): string | undefined {
    const aid = question.aid ?? this.#options.visibility.groups[0]?.aid;
    let href = cursor && linkTo(url, question, aid, cursor);
    if (faults.repeatNext === 'self') href ??= url.href;
    if (faults.repeatNext === 'cycle' && question.cursor) href = linkTo(url, question, aid, undefined);
    const foreign = href && strikes('foreignNext');
    return foreign ? href?.replace(url.origin, foreign.origin ?? DEFAULT_FOREIGN_ORIGIN) : href;
  }
}

function nextCursor(question: Question, isEmptied: boolean, lastShown: number | undefined): Cursor | undefined {
  if (isEmptied) return { ...question.cursor, isSecondTry: true };
  return lastShown === undefined ? undefined : { beyond: lastShown, isSecondTry: false };
}

/** A link in the vendor's format: absolute, with every parameter. The cursor is percent-encoded, the dates are not. */
function linkTo(url: URL, question: Question, aid: string | undefined, cursor: Cursor | undefined): string {
  const parameters = [
    `aid=${aid}`,
    ...(url.searchParams.has('useAllPermittedAids') ? [`useAllPermittedAids=${question.useAllPermittedAids}`] : []),
    ...(question.max === undefined ? [] : [`max=${question.max}`]),
    ...(cursor ? [`cursor=${encodeURIComponent(cursorText(cursor))}`] : []),
    `startDate=${stamp(question.start)}`,
    `endDate=${stamp(question.end)}`,
  ];
  return `${url.origin}${url.pathname}?${parameters.join('&')}`;
}

function aidsOf(question: Question, visibility: Visibility): readonly string[] | undefined {
  const permitted = visibility.groups.map((group) => group.aid);
  if (question.aid !== undefined && !permitted.includes(question.aid)) return undefined;
  return question.useAllPermittedAids ? permitted : [question.aid ?? (permitted[0] as string)];
}

function endEarly(question: Question, { faults }: ThousandEyesSwitches, now: number): Question {
  if (faults.endsEarlySeconds === undefined) return question;
  const reached = Math.floor(now / SECOND_MS) * SECOND_MS - faults.endsEarlySeconds * SECOND_MS;
  return { ...question, end: Math.max(question.start, Math.min(question.end, reached)) };
}

/** Odd and oversized rows have fixed ids: a row is the same at every reading. */
function rowText(happening: Happening, content: EventContent, { faults }: ThousandEyesSwitches): string {
  const { id, time } = happening;
  const { odd, oversized } = faults;
  if (odd && id % odd.every === 0) return oddText(content, time, id, Math.floor(id / odd.every));
  if (oversized && id % oversized.every === 0)
    return oversizedText(content, time, id, oversized.bytes ?? DEFAULT_OVERSIZE_BYTES);
  return textOf(content, time);
}

function shuffled(rows: readonly LogRow[]): readonly LogRow[] {
  return rows.toSorted((one, other) => hash(one.id) - hash(other.id));
}
