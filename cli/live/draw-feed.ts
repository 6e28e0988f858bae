import type { FeedStatus } from '../../local/runner.ts';
import { cutMiddle, plain, wrap } from '../screen/fit.ts';
import { drawKeyLine, type Keys } from '../screen/key-line.ts';
import { EMPTY, edgeToEdge, fill, type Line, type Size, type Span, span, type Tone } from '../screen/line.ts';
import { sayNumber } from '../views/columns.ts';
import { behindText, lookOf, quotaText, stateText } from './feed-state.ts';
import type { LiveState } from './live-state.ts';
import { type Problem, problemsOf } from './problems.ts';
import { sparkline } from './sparkline.ts';
import { rateText } from './table-columns.ts';

/** A drawing of one feed, and how many lines it has of which so many are seen. */
export interface FeedDrawing {
  readonly lines: readonly Line[];
  readonly detailLines: number;
  readonly detailRows: number;
}

const LABEL = 12;
const AROUND = 4;
const SHOWN_BARS = 60;

/** Draws all that is known of one feed: its last error whole, what to do, its warnings, and its lines of the log. */
export function drawFeed(state: LiveState, status: FeedStatus, scroll: number, size: Size): FeedDrawing {
  const width = size.columns - 2;
  const head = edgeToEdge(
    [span(cutMiddle(plain(status.feed), width - 20), 'title')],
    [span(state.isPaused ? 'PAUSED by you' : '', 'warning')],
    width,
  );
  const details = drawDetails(state, status, width);
  const detailRows = size.rows - AROUND;
  const first = Math.min(scroll, Math.max(0, details.length - detailRows));
  const seen = details.slice(first, first + detailRows);
  const blanks = Array.from({ length: detailRows - seen.length }, () => EMPTY);
  const scrolled = details.length > detailRows ? `lines ${first + 1}–${first + seen.length} of ${details.length}` : '';
  const keys: Keys = [
    ['Esc', 'all feeds'],
    ['←→', 'next feed', 'spare'],
    ['↑↓', 'scroll'],
    ['p', state.isPaused ? 'go on' : 'pause'],
    ['q', 'quit'],
  ];
  const lines = [head, EMPTY, ...seen, ...blanks, EMPTY, drawKeyLine(keys, scrolled, width)].map((line) => [
    span(' '),
    ...line,
  ]);
  return { lines: fill(lines, size), detailLines: details.length, detailRows };
}

function drawDetails(state: LiveState, status: FeedStatus, width: number): Line[] {
  const { throughput, now } = state;
  const { mark, tone } = lookOf(status);
  const { delivered, suppressed, fetched, pages, retries, quarantined, watermark, feed } = status;
  const bars = Math.min(SHOWN_BARS, width - LABEL - 20);
  return [
    fact('state', [span(`${mark} ${stateText(status, state)}`, tone)]),
    fact('behind', [span(behindText(status, state)), span(watermark ? `   watermark ${watermark}` : '', 'dim')]),
    fact('throughput', [
      ...sparkline(throughput.series(now, bars, feed)),
      span(`  ${rateText(throughput.perMinute(now, feed)).replace('-', '0')} a minute`),
    ]),
    fact('delivered', [
      span(sayNumber(delivered)),
      span(`   of ${sayNumber(fetched)} read; ${sayNumber(suppressed)} were known already`, 'dim'),
    ]),
    fact('requests', [span(`${sayNumber(pages)} pages, ${sayNumber(retries)} retries`)]),
    fact('quota left', [span(quotaText(status))]),
    fact('quarantine', [span(quarantined === 0 ? '-' : sayNumber(quarantined), quarantined === 0 ? 'plain' : 'bad')]),
    ...problemsOf([status], now).flatMap((problem) => drawProblem(problem, width)),
    ...drawTexts('Warnings', status.warnings, width, 'warning'),
    ...drawTexts(
      'Log',
      state.notes.filter((note) => note.feed === feed).map(({ text }) => text),
      width,
      'dim',
    ),
  ];
}

function fact(label: string, value: readonly Span[]): Line {
  return [span(label.padEnd(LABEL), 'dim'), ...value];
}

/** A problem with nothing left out. */
function drawProblem({ mark, tone, title, message, remedy }: Problem, width: number): Line[] {
  return [
    EMPTY,
    [span(`${mark} ${title}`, tone)],
    ...wrap(plain(message), width - 2).map((line) => [span(`  ${line}`)]),
    [span('What to do', 'title')],
    ...wrap(plain(remedy), width - 2).map((line) => [span(`  ${line}`)]),
  ];
}

function drawTexts(title: string, texts: readonly string[], width: number, tone: Tone): Line[] {
  if (texts.length === 0) return [];
  return [
    EMPTY,
    [span(title, 'title')],
    ...texts.flatMap((text) =>
      wrap(plain(text), width - 4).map((line, at) => [span(`${at === 0 ? '  · ' : '    '}${line}`, tone)]),
    ),
  ];
}
