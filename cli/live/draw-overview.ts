import { formatDuration, SECOND } from '../../functions/core/time.ts';
import type { FeedStatus } from '../../local/runner.ts';
import { chunks, cut, cutMiddle, pad, plain, wrap } from '../screen/fit.ts';
import { drawKeyLine, type Keys } from '../screen/key-line.ts';
import { EMPTY, edgeToEdge, fill, type Line, type Size, type Span, span } from '../screen/line.ts';
import { sayNumber } from '../views/columns.ts';
import { lookOf, ordered } from './feed-state.ts';
import type { LiveState } from './live-state.ts';
import { type Problem, problemsOf } from './problems.ts';
import { sparkline } from './sparkline.ts';
import { FEED, GAP, placeColumns, rateText } from './table-columns.ts';
import { chosenRow, topRow, type ViewState } from './view-state.ts';

/** A drawing of all feeds, and what of them is seen. */
export interface Overview {
  readonly lines: readonly Line[];
  readonly feeds: readonly string[];
  readonly tableRows: number;
  readonly top: number;
}

const MARGIN = 1;
const SHOWN_BARS = 60;
/** The columns for what says which vendors are simulated: the counts of the feeds are beside it. */
const LONGEST_MODE = 50;
/** Lines beside the table and what stands below it: two of a head, one of titles, the keys, and a blank between all parts. */
const AROUND = 7;
const MIN_TABLE_ROWS = 3;

/** Draws all feeds: a head, the table, and below it what somebody should do something about, or else the latest event. */
export function drawOverview(state: LiveState, view: ViewState, size: Size): Overview {
  const width = size.columns - 2 * MARGIN;
  const shown = ordered(state.statuses, view.isWorstFirst);
  const spare = size.rows - AROUND - Math.min(Math.max(shown.length, 1), Math.ceil((size.rows - AROUND) / 2));
  const page = drawPage(state, width);
  const below = [...page, ...drawBelow(state, width, Math.max(3, spare - page.length))];
  const tableRows = Math.max(MIN_TABLE_ROWS, Math.min(shown.length, size.rows - AROUND - below.length));
  const chosen = chosenRow(
    view,
    shown.map(({ feed }) => feed),
  );
  const top = topRow(view.top, chosen, tableRows, shown.length);
  const seen = shown.slice(top, top + tableRows);
  const table = drawTable({ state, seen, chosen: chosen - top, width });
  const filled = [...drawHead(state, width), EMPTY, ...table, EMPTY];
  const space = Math.max(0, size.rows - filled.length - below.length - 1);
  const blanks = Array.from({ length: space }, () => EMPTY);
  const keys = drawKeys(state, view, { first: top, count: seen.length }, width);
  const lines = [...filled, ...below, ...blanks, keys].map(inMargin);
  return { lines: fill(lines, size), feeds: shown.map(({ feed }) => feed), tableRows, top };
}

function inMargin(line: Line): Line {
  return line.length === 0 ? line : [span(' '.repeat(MARGIN)), ...line];
}

/** Two lines: what runs and how it is; how much has come through. */
export function drawHead(state: LiveState, width: number): Line[] {
  const { statuses, throughput, now } = state;
  const delivered = statuses.reduce((sum, status) => sum + status.delivered, 0);
  const up = formatDuration(Math.max(1, Math.floor((now - state.startedAt) / 1_000)) * SECOND);
  const title = [span('tidemark', 'title'), span('  '), ...drawMode(state), ...drawCounts(statuses)];
  const bars = Math.min(SHOWN_BARS, Math.max(12, width - 50));
  const flow = [
    ...sparkline(throughput.series(now, bars)),
    span(`  ${rateText(throughput.perMinute(now)).replace('-', '0')}`, 'title'),
    span(' events a minute', 'dim'),
  ];
  return [
    edgeToEdge(title, [span(`up ${up}`, 'dim')], width),
    edgeToEdge(flow, [span(sayNumber(delivered), 'title'), span(' delivered', 'dim')], width),
  ];
}

function drawMode({ isPaused, isEnding, simulated }: LiveState): Span[] {
  if (isEnding) return [span('ending: the running requests are finished  ', 'warning')];
  if (isPaused) return [span('PAUSED by you: p goes on  ', 'warning')];
  return simulated.length > 0 ? [span(`${cut(`simulated: ${simulated.join(', ')}`, LONGEST_MODE)}  `, 'dim')] : [];
}

/** How many feeds are how, those that are worst first. */
function drawCounts(statuses: readonly FeedStatus[]): Span[] {
  const looks = statuses.map(lookOf).toSorted((one, other) => other.rank - one.rank);
  const groups = Map.groupBy(looks, ({ word, tone }) => `${word} ${tone}`);
  const counts = [...groups.values()].flatMap((group) => {
    const [{ word, tone, rank }] = group as [ReturnType<typeof lookOf>];
    return [span(' · ', 'dim'), span(`${group.length} ${word}`, rank > 1 ? tone : 'plain')];
  });
  return [span(statuses.length === 1 ? '1 feed' : `${statuses.length} feeds`), ...counts];
}

interface Table {
  readonly state: LiveState;
  readonly seen: readonly FeedStatus[];
  /** The chosen row, counted from the first that is seen. */
  readonly chosen: number;
  readonly width: number;
}

function drawTable({ state, seen, chosen, width }: Table): Line[] {
  const columns = placeColumns(seen, state, width - GAP);
  const gap = span(' '.repeat(GAP));
  const line = (cells: readonly Line[]) => cells.flatMap((cell) => [gap, ...cell]).slice(1);
  const titles = columns.map(({ title, side, width }) => [span(pad(title, width, side), 'dim')]);
  const rows = seen.map((status, at) => {
    const cells = columns.map(({ title, cell, tone, side, width }) => {
      const content = cell(status, state);
      if (typeof content !== 'string') return content;
      const fitting = title === FEED.title ? cutMiddle(content, width) : cut(content, width);
      return [span(pad(fitting, width, side), at === chosen && title === FEED.title ? 'chosen' : tone(status))];
    });
    return [span(at === chosen ? '› ' : '  ', 'chosen'), ...line(cells)];
  });
  return [[span('  '), ...line(titles)], ...rows];
}

/** What stands below the table, in so many lines at most. */
function drawBelow(state: LiveState, width: number, rows: number): Line[] {
  const problems = problemsOf(state.statuses, state.now);
  if (problems.length > 0) {
    const drawn = drawProblems(problems, width, rows);
    return joined(drawn, drawEvent(state, width, rows - drawn.length - 1));
  }
  const notes = state.notes.slice(-2).map(({ text }) => [span(cut(plain(text), width), 'warning')]);
  const event = drawEvent(state, width, rows - notes.length - (notes.length > 0 ? 1 : 0));
  return joined(notes, event);
}

/** Two parts with a blank line between them, if there are two. */
function joined(one: readonly Line[], other: readonly Line[]): Line[] {
  return one.length > 0 && other.length > 0 ? [...one, EMPTY, ...other] : [...one, ...other];
}

function drawProblems(problems: readonly Problem[], width: number, rows: number): Line[] {
  const lines: Line[] = [];
  for (const [at, problem] of problems.entries()) {
    const rest = problems.length - at;
    const left = rows - lines.length - (rest > 1 ? 1 : 0);
    // The first one is there in any case, with what to do: of a long message, the beginning.
    const drawn = drawProblem(problem, width, at === 0 ? Math.max(left, 3) : 6);
    if (at > 0 && drawn.length > left) {
      const count = `${rest} more ${rest === 1 ? 'problem' : 'problems'}`;
      return [...lines, [span(`  and ${count}: choose a feed and press Enter`, 'dim')]];
    }
    lines.push(...drawn);
  }
  return lines;
}

/** A problem, in so many lines at most: whose it is, what happened, what to do. */
function drawProblem({ feeds, mark, tone, title, message, remedy }: Problem, width: number, rows: number): Line[] {
  const [first = ''] = feeds;
  const others = feeds.length > 1 ? ` and ${feeds.length - 1} more` : '';
  const room = width - 4 - title.length - others.length;
  const head = [
    span(`${mark} ${title}`, tone),
    span(`  ${cutMiddle(plain(first), Math.max(10, room))}`, 'title'),
    span(others, 'dim'),
  ];
  const whole = [wrap(plain(message), width - 2), wrap(plain(remedy), width - 4)] as const;
  const fits = whole[0].length + whole[1].length < rows;
  const todo = fits ? whole[1] : atMost(whole[1], width - 4, rows < 5 ? 1 : 2);
  const text = fits ? whole[0] : atMost(whole[0], width - 2, Math.min(3, rows - 1 - todo.length));
  return [
    head,
    ...text.map((line) => [span(`  ${line}`)]),
    ...todo.map((line, at) => [span(at === 0 ? '  → ' : '    ', 'active'), span(line)]),
  ];
}

/** So many lines at most: an ellipsis stands for the rest. */
function atMost(lines: readonly string[], width: number, rows: number): readonly string[] {
  if (lines.length <= rows) return lines;
  return [...lines.slice(0, rows - 1), cut(lines.slice(rows - 1).join(' '), width)];
}

/** Where the page in the browser is: whole, since it can be opened only so. */
function drawPage({ pageAddress }: LiveState, width: number): Line[] {
  if (pageAddress === undefined) return [];
  return [...chunks(`Page  ${pageAddress}`, width).map((line) => [span(line)]), EMPTY];
}

/** The latest event, as it was written. */
function drawEvent({ latestEvent, out }: LiveState, width: number, rows: number): Line[] {
  if (rows < 3) return [];
  const head = [span('Latest event', 'dim'), span(`  ${cutMiddle(plain(out), width - 14)}`, 'dim')];
  if (latestEvent === undefined)
    return [[span('Events go to ', 'dim'), span(cutMiddle(plain(out), width - 13), 'dim')]];
  // An event may be large: no more of it is looked at than can be seen.
  const text = plain(latestEvent.slice(0, width * rows));
  const lines = chunks(text, width - 2).slice(0, Math.min(rows - 1, 3));
  return [head, ...lines.map((line) => [span(`  ${line}`, 'dim')])];
}

function drawKeys(
  { isPaused, statuses }: LiveState,
  { isWorstFirst }: ViewState,
  { first, count }: { readonly first: number; readonly count: number },
  width: number,
): Line {
  const scrolled = count < statuses.length ? `${first + 1}–${first + count} of ${statuses.length}` : '';
  const keys: Keys = [
    ['↑↓', 'choose'],
    ['Enter', 'look'],
    ['w', isWorstFirst ? 'as configured' : 'worst first', 'spare'],
    ['p', isPaused ? 'go on' : 'pause'],
    ['q', 'quit'],
  ];
  return drawKeyLine(keys, scrolled, width);
}
