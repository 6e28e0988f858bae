import { useState } from 'preact/hooks';
import { html } from '../html.js';
import { Chart } from '../parts/chart.js';
import { FeedDetails } from '../parts/feed-details.js';
import { Chip, Choice, Empty, FeedName, FeedSelect, Head, Trouble } from '../parts/small.js';
import { Spark } from '../parts/spark.js';
import { useAnswer } from '../parts/use-answer.js';
import { agoText, countText, durationText, lagText, numberText, paceText } from '../text.js';

/** @typedef {import('../../api-types.ts').FeedRow} FeedRow */
/** @typedef {import('../../api-types.ts').LiveState} LiveState */
/** @typedef {import('../../api-types.ts').History} History */

/** From this number of feeds on, there is a field to find one. */
const MANY = 9;
/** Steps of an axis of seconds that people count in. */
const DURATIONS = [
  1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000,
];
const HISTORY_MS = 10_000;

/** A feed that is being read keeps its place. */
const RANK = { bad: 0, notice: 1, busy: 2, good: 2 };
/** Steps of the pace that make a minute. */
const MINUTE_STEPS = 4;

/** @param {{ live: LiveState, feed: string }} props */
export function FeedsView({ live, feed }) {
  const feeds = live.feeds ?? [];
  return html`<${Head} title="Feeds" about=${aboutOf(live)} />
    ${live.feeds === undefined ? html`<p role="status">Looking at the feeds …</p>` : html`<${Tiles} feeds=${feeds} at=${live.at} isCloud=${live.kind === 'cloud'} />`}
    <${Charts} live=${live} first=${feed} />
    <${FeedList} feeds=${feeds} at=${live.at} open=${feed} isCloud=${live.kind === 'cloud'} />
    ${live.left.length > 0 && html`<${Left} left=${live.left} at=${live.at} />`}`;
}

/** @param {LiveState} live */
function aboutOf({ kind, place, detail }) {
  if (kind === 'cloud') return html`Deployment <b>${place}</b> in ${detail}, as its table knows it.`;
  if (kind === 'alone')
    return html`Nothing forwards here now. <code>tidemark run</code> does. Events are in <code>${detail}</code>.`;
  return html`Events go to <code>${detail}</code>.`;
}

/** @param {{ feeds: readonly FeedRow[], at: string, isCloud: boolean }} props */
function Tiles({ feeds, at, isCloud }) {
  const well = feeds.filter(({ severity }) => severity === 'good' || severity === 'busy').length;
  const bad = feeds.filter(({ severity }) => severity === 'bad');
  const waiting = feeds.filter(({ severity }) => severity === 'notice').length;
  const lags = feeds.filter(({ lagSeconds }) => lagSeconds !== undefined);
  const worst = lags.toSorted((one, other) => (other.lagSeconds ?? 0) - (one.lagSeconds ?? 0))[0];
  const pace = feeds.reduce((sum, { pace: steps }) => sum + averageOf(steps.slice(-MINUTE_STEPS)), 0);
  const delivered = feeds.reduce((sum, { delivered: count = 0 }) => sum + count, 0);
  const read = feeds
    .flatMap(({ lastSuccess }) => (lastSuccess === undefined ? [] : [lastSuccess]))
    .sort()
    .at(-1);
  return html`<dl class="tiles">
    <div class=${bad.length > 0 ? 'bad' : ''}>
      <dt>In order</dt>
      <dd>${well}<small> of ${countText(feeds.length, 'feed')}</small></dd>
      <dd class="fine">${bad.length > 0 ? `${bad.length} in trouble` : waiting > 0 ? `${waiting} waiting or behind` : 'all caught up'}</dd>
    </div>
    <div>
      <dt>Furthest behind</dt>
      <dd>${worst ? lagText(worst.lagSeconds) : '–'}</dd>
      <dd class="fine">${worst?.feed ?? 'nothing has been read yet'}</dd>
    </div>
    ${
      isCloud
        ? html`<div><dt>Caught up last</dt><dd>${agoText(read, at)}</dd><dd class="fine">of all feeds, the newest</dd></div>`
        : html`<div><dt>Pace</dt><dd>${paceText(pace)}<small> a minute</small></dd><dd class="fine">delivered, over the last minute</dd></div>
          <div><dt>Delivered</dt><dd>${numberText(delivered)}</dd><dd class="fine">events since the start</dd></div>`
    }
  </dl>`;
}

/** @param {readonly number[]} values */
function averageOf(values) {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {{ live: LiveState, first: string }} props */
function Charts({ live, first }) {
  const [range, setRange] = useState('hour');
  const [shown, setShown] = useState(first === '' ? 'by source' : first);
  const isCloud = live.kind === 'cloud';
  const query = { range, by: shown === 'by feed' ? 'feed' : 'source', feed: shown.startsWith('by ') ? '' : shown };
  const { answer, problem } = useAnswer('history', query, { everyMs: isCloud ? HISTORY_MS * 6 : HISTORY_MS });
  const history = /** @type {History | undefined} */ (answer);
  /** @type {[string, string][]} */
  const ranges = [
    ['hour', '1 hour'],
    ['day', '24 hours'],
    ...(isCloud ? [/** @type {[string, string]} */ (['week', '7 days'])] : []),
  ];
  return html`<section aria-labelledby="over-time">
    <div class="row">
      <h2 id="over-time" class="section">Over time</h2>
      <div class="tools">
        <${FeedSelect} label="Show" quiet=${true} value=${shown} first=${[['by source', 'By source'], ['by feed', 'By feed']]} feeds=${(live.feeds ?? []).map(({ feed }) => feed)} onChange=${setShown} />
        <${Choice} label="Range" value=${range} options=${ranges} onChange=${setRange} />
      </div>
    </div>
    <${Trouble} problem=${problem} />
    ${
      history &&
      html`<div class="charts">
          <div class="card"><${Chart} title="Throughput" unit=${history.unit} data=${history.throughput} format=${paceText} filled=${true} /></div>
          <div class="card"><${Chart} title="Lag" unit="behind the present" data=${history.lag} format=${durationText} steps=${DURATIONS} /></div>
        </div>
        <p class="remark">${history.remark}</p>`
    }
  </section>`;
}

/** @param {{ feeds: readonly FeedRow[], at: string, open: string, isCloud: boolean }} props */
function FeedList({ feeds, at, open, isCloud }) {
  const [text, setText] = useState('');
  const [only, setOnly] = useState(false);
  const [opened, setOpened] = useState(open);
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const fits = feeds
    .filter(
      ({ feed, severity }) =>
        words.every((word) => feed.toLowerCase().includes(word)) &&
        (!only || severity === 'bad' || severity === 'notice'),
    )
    .toSorted((one, other) => RANK[one.severity] - RANK[other.severity] || (one.feed < other.feed ? -1 : 1));
  return html`<section aria-labelledby="all-feeds">
    <div class="row">
      <h2 id="all-feeds" class="section">All feeds</h2>
      <div class="tools">
        ${
          feeds.length >= MANY &&
          html`<label class="field grow"><span>Find</span>
            <input type="search" value=${text} placeholder="part of a name" onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setText(currentTarget.value)} />
          </label>`
        }
        <label class="check"><input type="checkbox" checked=${only} onChange=${() => setOnly(!only)} /> Only what needs a look</label>
      </div>
    </div>
    ${
      fits.length === 0
        ? html`<${Empty} title=${feeds.length === 0 ? 'No feed yet' : 'Nothing here'} text=${only ? 'Every feed is in order.' : 'No feed’s name holds this text.'} />`
        : html`<div class="card flush"><table class="feeds">
            <thead>
              <tr>
                <th scope="col">Feed</th>
                <th scope="col">State</th>
                <th scope="col" class="number">Behind</th>
                ${!isCloud && html`<th scope="col" class="wide">Last 5 minutes</th><th scope="col" class="number wide">Delivered</th>`}
                <th scope="col" class="number wider">Caught up</th>
              </tr>
            </thead>
            <tbody>
              ${fits.map((row) => html`<${FeedLine} key=${row.feed} row=${row} at=${at} isCloud=${isCloud} isOpen=${opened === row.feed} onToggle=${() => setOpened(opened === row.feed ? '' : row.feed)} />`)}
            </tbody>
          </table></div>`
    }
  </section>`;
}

/** @param {{ row: FeedRow, at: string, isOpen: boolean, isCloud: boolean, onToggle: () => void }} props */
function FeedLine({ row, at, isOpen, isCloud, onToggle }) {
  const { feed, state, severity, lagSeconds, pace, delivered, lastSuccess, notes } = row;
  const urgent = notes.find((note) => note.severity === 'bad' || note.severity === 'notice');
  return html`<tr class=${isOpen ? 'open' : ''}>
      <th scope="row">
        <button type="button" class="open-row" aria-expanded=${isOpen} onClick=${onToggle}><${FeedName} feed=${feed} /></button>
      </th>
      <td><${Chip} severity=${severity} text=${state} /></td>
      <td class="number">${lagText(lagSeconds)}</td>
      ${
        !isCloud &&
        html`<td class="wide"><span class="pace"><${Spark} values=${pace} /><span>${paceText(averageOf(pace.slice(-MINUTE_STEPS)))}/min</span></span></td>
          <td class="number wide">${delivered === undefined ? '–' : numberText(delivered)}</td>`
      }
      <td class="number wider">${agoText(lastSuccess, at)}</td>
    </tr>
    ${urgent && !isOpen && html`<tr class="note"><td colspan="6"><p class=${urgent.severity}>${urgent.text}</p></td></tr>`}
    ${isOpen && html`<tr class="details"><td colspan="6"><${FeedDetails} row=${row} at=${at} /></td></tr>`}`;
}

/** @param {{ left: LiveState['left'], at: string }} props */
function Left({ left, at }) {
  return html`<section aria-labelledby="left">
    <h2 id="left" class="section">No longer configured</h2>
    <div class="card">
      <ul class="plain">
        ${left.map(({ feed, since, watermark }) => html`<li key=${feed}><${FeedName} feed=${feed} /> left ${agoText(since, at)}; read up to ${watermark}</li>`)}
      </ul>
    </div>
  </section>`;
}
