import { html } from '../html.js';
import { agoText, numberText, timeText } from '../text.js';

/** @typedef {import('../../api-types.ts').FeedRow} FeedRow */

/**
 * What else is known about a feed, and where to go from here.
 *
 * @param {{ row: FeedRow, at: string }} props
 */
export function FeedDetails({ row, at }) {
  const { feed, watermark, lastSuccess, failures, quota, quarantined, notes, jobs, kind } = row;
  const running = jobs.filter(({ state }) => state === 'running');
  const to = encodeURIComponent(feed);
  return html`<div class="feed-details">
    ${notes.map(
      ({ severity, text, since, remedy }) => html`<div class=${`told ${severity}`}>
        <p>${text}</p>
        ${remedy && html`<p><b>What to do:</b> ${remedy}</p>`}
        ${since && html`<p class="fine">since ${timeText(since)}, ${agoText(since, at)}</p>`}
      </div>`,
    )}
    <dl class="facts">
      <div><dt>Read up to</dt><dd>${timeText(watermark)}</dd></div>
      <div><dt>Caught up</dt><dd>${lastSuccess === undefined ? 'not yet' : `${timeText(lastSuccess)}`}</dd></div>
      <div><dt>Failures in a row</dt><dd>${numberText(failures)}</dd></div>
      <div><dt>In quarantine</dt><dd>${numberText(quarantined)}</dd></div>
      ${quota && html`<div><dt>Quota left</dt><dd>${numberText(quota.remaining)} of ${numberText(quota.limit)}</dd></div>`}
      ${running.map(({ kind: job, id, percent }) => html`<div key=${`${job} ${id}`}><dt>${job} ${id}</dt><dd>${percent} %</dd></div>`)}
    </dl>
    <p class="links">
      <a href=${`#events:${to}`}>Events</a>
      ${kind === 'events' && html`<a href=${`#ledger:${to}`}>Ledger</a><a href=${`#work:${to}`}>Verify or backfill</a>`}
      ${quarantined > 0 && html`<a href="#quarantine">Quarantine</a>`}
    </p>
  </div>`;
}
