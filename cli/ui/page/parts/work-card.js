import { send } from '../ask.js';
import { html } from '../html.js';
import { countText, durationText, minuteText, numberText } from '../text.js';
import { Chip, FeedName } from './small.js';

/** @typedef {import('../../api-types.ts').WorkReport} WorkReport */
/** @typedef {import('../../api-types.ts').WorkProgress} WorkProgress */

const TITLES = { verify: 'Verify', backfill: 'Backfill', redrive: 'Send again' };
/** @type {Record<WorkReport['state'], [import('../../api-types.ts').Severity, string]>} */
const STATES = {
  running: ['busy', 'at work'],
  done: ['good', 'done'],
  problem: ['bad', 'look at this'],
  stopped: ['notice', 'stopped'],
};

/**
 * A piece of work with its progress and results.
 *
 * @param {{ report: WorkReport, at: string }} props
 */
export function WorkCard({ report, at }) {
  const { id, kind, feeds, range, repair, state, percent = 0, eta, progress, error, startedAt, endedAt } = report;
  const [severity, word] = STATES[state];
  const took = durationText((Date.parse(endedAt ?? at) - Date.parse(startedAt)) / 1_000);
  return html`<article class="card work">
    <div class="row">
      <h3>${TITLES[kind]}${repair ? ' and deliver what is missing' : ''} <small>${feeds}</small></h3>
      <${Chip} severity=${severity} text=${word} />
    </div>
    <p class="fine">
      ${range ? `${minuteText(range.from)} to ${minuteText(range.to)} · ` : ''}${state === 'running' ? `${took} so far` : `took ${took}`}${state === 'running' && eta ? ` · about ${durationText((Date.parse(eta) - Date.parse(at)) / 1_000)} left` : ''}
    </p>
    ${
      state === 'running' &&
      html`<div class="row">
        <progress max="100" value=${kind === 'redrive' ? undefined : percent} aria-label=${`${TITLES[kind]} of ${feeds}`}></progress>
        <span class="number">${kind === 'redrive' ? '' : `${percent} %`}</span>
        <button type="button" class="quiet" onClick=${() => void send('stop', { id })}>Stop</button>
      </div>`
    }
    ${error && html`<p class="trouble"><b>${error.message}</b> ${error.remedy}</p>`}
    ${progress.length > 0 && html`<ul class="progress">${progress.map((each) => html`<${FeedProgress} key=${each.feed} progress=${each} kind=${kind} isOver=${state !== 'running'} />`)}</ul>`}
  </article>`;
}

/** @param {{ progress: WorkProgress, kind: WorkReport['kind'], isOver: boolean }} props */
function FeedProgress({ progress, kind, isOver }) {
  const { feed, state, percent, problems } = progress;
  const isDone = state === 'caught-up';
  return html`<li>
    <${FeedName} feed=${feed} />
    <span class="result">${isDone || isOver ? resultOf(progress, kind) : `${state === 'more' ? 'reading' : state}${percent === undefined ? '' : `, ${percent} %`}`}</span>
    ${problems.map((problem) => html`<p key=${problem} class="trouble">${problem}</p>`)}
  </li>`;
}

/** @param {WorkProgress} progress @param {WorkReport['kind']} kind */
function resultOf({ state, delivered, redriven, steps = [] }, kind) {
  if (state !== 'caught-up') return state;
  if (kind === 'redrive') return `${numberText(redriven ?? 0)} sent again`;
  if (kind === 'backfill') return `${countText(delivered ?? 0, 'event')} delivered`;
  if (steps.length === 0) return 'nothing to compare';
  const sum = (/** @type {'vendor' | 'missing' | 'repaired'} */ key) =>
    steps.reduce((total, step) => total + step[key], 0);
  const left = sum('missing') - sum('repaired');
  const unsure = steps.filter((step) => step.unsure).length;
  if (left > 0) return `${numberText(left)} of ${numberText(sum('vendor'))} missing`;
  if (unsure > 0) return `${countText(unsure, 'window')} could not be compared`;
  if (sum('repaired') > 0) return `complete: ${numberText(sum('repaired'))} that were missing have been delivered`;
  return `complete: all ${numberText(sum('vendor'))} are delivered`;
}
