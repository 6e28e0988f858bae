import { useState } from 'preact/hooks';
import { html } from '../html.js';
import { Choice, Empty, FeedSelect, Head, Trouble } from '../parts/small.js';
import { useAnswer } from '../parts/use-answer.js';
import { numberText } from '../text.js';

/** @typedef {import('../../api-types.ts').HeatMap} HeatMap */
/** @typedef {import('../../api-types.ts').HeatHour} HeatHour */

const REFRESH_MS = 20_000;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const pad = (/** @type {number} */ hour) => String(hour).padStart(2, '0');

/** @param {{ live: import('../../api-types.ts').LiveState, feed: string }} props */
export function LedgerView({ live, feed: first }) {
  const [feed, setFeed] = useState(first);
  const [days, setDays] = useState('7');
  const feeds = (live.feeds ?? []).filter(({ kind }) => kind === 'events').map(({ feed: name }) => name);
  const { answer, problem } = useAnswer('heat-map', { feed, days }, { everyMs: REFRESH_MS });
  const map = /** @type {HeatMap | undefined} */ (answer);
  const total = map?.days.reduce((sum, day) => sum + day.total, 0) ?? 0;
  return html`<${Head} title="Ledger" about="How many events of each hour (UTC) have been delivered.">
      <${FeedSelect} label="Feed" quiet=${true} value=${feed} first=${[['', 'All feeds']]} feeds=${feeds} onChange=${setFeed} />
      <${Choice} label="Days" value=${days} options=${[['7', '7 days'], ['14', '14 days'], ['30', '30 days']]} onChange=${setDays} />
    <//>
    <${Trouble} problem=${problem} />
    ${map && total === 0 && html`<${Empty} title="Nothing in these days" text="No event of this time has been delivered yet." />`}
    ${map && total > 0 && html`<${Heat} map=${map} />`}`;
}

/** @param {{ map: HeatMap }} props */
function Heat({ map }) {
  const [at, setAt] = useState(/** @type {[number, number]} */ (lastOf(map)));
  const day = map.days[at[0]];
  const hour = day?.hours[at[1]];
  /** @param {number} row @param {number} column @param {boolean} focus */
  const go = (row, column, focus) => {
    const next = /** @type {[number, number]} */ ([
      Math.min(map.days.length - 1, Math.max(0, row)),
      Math.min(HOURS.length - 1, Math.max(0, column)),
    ]);
    setAt(next);
    if (focus) document.getElementById(`hour-${next[0]}-${next[1]}`)?.focus();
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const step = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      Home: [0, -24],
      End: [0, 24],
    }[event.key];
    if (!step) return;
    event.preventDefault();
    go(at[0] + (step[0] ?? 0), at[1] + (step[1] ?? 0), true);
  };
  return html`<div class="card">
    <table class="heat" role="grid" aria-label="Delivered events by day and hour (UTC). The arrow keys go from hour to hour." onKeyDown=${onKey}>
      <thead>
        <tr role="row">
          <th scope="col" role="columnheader"><span class="hidden">Day</span></th>
          ${HOURS.map((each) => html`<th key=${each} scope="col" role="columnheader"><span class=${each % 6 === 0 ? '' : 'hidden'}>${pad(each)}</span></th>`)}
          <th scope="col" role="columnheader" class="number">Events</th>
        </tr>
      </thead>
      <tbody>
        ${map.days.map(
          ({ day: name, hours, total }, row) => html`<tr key=${name} role="row">
            <th scope="row" role="rowheader">${name.slice(5)}</th>
            ${hours.map((each, column) => {
              const isHere = row === at[0] && column === at[1];
              return html`<td
                key=${column}
                id=${`hour-${row}-${column}`}
                role="gridcell"
                tabindex=${isHere ? 0 : -1}
                aria-selected=${isHere}
                aria-label=${`${name} ${pad(column)}:00, ${sayHour(each)}`}
                class=${classOf(each, map.bounds)}
                onMouseEnter=${() => go(row, column, false)}
                onClick=${() => go(row, column, true)}
              ></td>`;
            })}
            <td class="number" role="gridcell">${total === 0 ? '' : numberText(total)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
    <div class="heat-foot">
      <p class="pointed" aria-hidden="true">${day && hour && html`<b>${day.day} ${pad(at[1])}:00–${pad(at[1] + 1)}:00</b> ${sayHour(hour)}`}</p>
      <${Key} bounds=${map.bounds} hasLacking=${map.days.some(({ hours }) => hours.some(({ lacking }) => lacking))} />
    </div>
  </div>`;
}

/** The newest hour with events. @param {HeatMap} map @returns {[number, number]} */
function lastOf({ days }) {
  const row = days.findIndex(({ total }) => total > 0);
  const column = days[row]?.hours.findLastIndex(({ events }) => events > 0) ?? 0;
  return [Math.max(0, row), Math.max(0, column)];
}

/** @param {HeatHour} hour @param {readonly number[]} bounds */
function classOf({ events, reach, lacking }, bounds) {
  const step = bounds.findIndex((bound) => events <= bound) + 1;
  return ['hour', events > 0 ? `heat-${step}` : reach, lacking ? 'lacking' : ''].join(' ');
}

/** @param {HeatHour} hour */
function sayHour({ events, reach, lacking }) {
  if (events === 0) return { none: 'before the feeds began', future: 'not read yet', read: 'no events' }[reach];
  const each = Object.entries(lacking ?? {}).map(([id, count]) => `${id} ${numberText(count)}`);
  return `${numberText(events)} events${each.length > 0 ? `; of these at ${each.join(', ')}` : ''}`;
}

/** @param {{ bounds: readonly number[], hasLacking: boolean }} props */
function Key({ bounds, hasLacking }) {
  return html`<ul class="key" aria-label="Colours">
    <li><i class="hour read"></i>none</li>
    ${bounds.map((bound, at) => html`<li key=${bound}><i class=${`hour heat-${at + 1}`}></i>${at === 0 && bounds.length > 1 ? 'up to ' : ''}${numberText(bound)}</li>`)}
    ${hasLacking && html`<li><i class="hour heat-2 lacking"></i>a destination lacks some</li>`}
  </ul>`;
}
