import { html } from '../html.js';
import { Empty, FeedName, Head, Trouble } from '../parts/small.js';
import { useAnswer } from '../parts/use-answer.js';
import { numberText, timeText } from '../text.js';

/** @typedef {import('../../api-types.ts').LatenessView} Lateness */
/** @typedef {NonNullable<import('../../api-types.ts').LatenessRow['lateness']>} Report */

const REFRESH_MS = 10_000;

/** @param {{ live: import('../../api-types.ts').LiveState }} props */
export function LatenessView({ live }) {
  const { answer, problem } = useAnswer('lateness', {}, { everyMs: REFRESH_MS, again: live.feeds === undefined });
  const view = /** @type {Lateness | undefined} */ (answer);
  const known = view?.rows.filter(({ lateness }) => lateness) ?? [];
  const late = known.filter(({ lateness }) => lateness && lateness.late > 0);
  const punctual = known.filter(({ lateness }) => lateness?.late === 0);
  const unknown = view?.rows.filter(({ lateness }) => !lateness) ?? [];
  return html`<${Head} title="Lateness" about="How long after their own time events appeared, and the overlap that catches them." />
    <${Trouble} problem=${problem} />
    ${view && known.length === 0 && html`<${Empty} title="Nothing to measure yet" text="No feed of events has delivered anything." />`}
    ${
      late.length > 0 &&
      html`<div class="cards">
        ${late.map(({ feed, lateness }) => html`<${FeedLateness} key=${feed} feed=${feed} steps=${view?.steps ?? []} lateness=${/** @type {Report} */ (lateness)} />`)}
      </div>`
    }
    ${punctual.length > 0 && html`<${Punctual} rows=${punctual} />`}
    ${unknown.length > 0 && known.length > 0 && html`<p class="remark">Nothing delivered yet: ${unknown.map(({ feed }) => feed).join(', ')}.</p>`}`;
}

/** Feeds without late events need no histogram. @param {{ rows: readonly import('../../api-types.ts').LatenessRow[] }} props */
function Punctual({ rows }) {
  return html`<section aria-labelledby="punctual">
    <h2 id="punctual" class="section">No late events</h2>
    <div class="card flush"><table>
      <thead><tr><th scope="col">Feed</th><th scope="col" class="number">Events</th><th scope="col" class="number">Overlap</th><th scope="col" class="number wide">Settle</th><th scope="col" class="number wide">Since</th></tr></thead>
      <tbody>
        ${rows.map(
          ({ feed, lateness }) => html`<tr key=${feed}>
            <th scope="row"><${FeedName} feed=${feed} /></th>
            <td class="number">${numberText(lateness?.onTime ?? 0)}</td>
            <td class="number">${lateness?.overlap}</td>
            <td class="number wide">${lateness?.settle}</td>
            <td class="number wide">${timeText(lateness?.since).slice(0, 10)}</td>
          </tr>`,
        )}
      </tbody>
    </table></div>
  </section>`;
}

/** @param {{ feed: string, steps: readonly string[], lateness: Report }} props */
function FeedLateness({ feed, steps, lateness }) {
  const { onTime, late, overlap, settle, wouldCatch, since } = lateness;
  const total = onTime + late;
  const share = (100 * onTime) / total;
  return html`<article class="card lateness" aria-label=${feed}>
    <h2><${FeedName} feed=${feed} /></h2>
    <dl class="facts">
      <div><dt>Events</dt><dd>${numberText(total)}</dd></div>
      <div><dt>On time</dt><dd>${shareText(share)}</dd></div>
      <div><dt>Late</dt><dd>${numberText(late)}</dd></div>
      <div><dt>Overlap</dt><dd>${overlap}</dd></div>
    </dl>
    <${Histogram} steps=${steps} lateness=${lateness} />
    <p class="fine">
      An overlap of ${wouldCatch['99.9%']} would have caught 99.9 % of all events, ${wouldCatch['100%']} all of them. Settle is ${settle}.
      ${' '}Since ${timeText(since).slice(0, 10)}.
    </p>
  </article>`;
}

/** Never 100 % when it is not. @param {number} share */
function shareText(share) {
  return `${(Math.floor(share * 100) / 100).toFixed(2)} %`;
}

/** The late events by how late they were: a bar for each step. @param {{ steps: readonly string[], lateness: Report }} props */
function Histogram({ steps, lateness }) {
  const counts = new Map(lateness.steps.map(({ upTo, events }) => [upTo, events]));
  const last = Math.max(...steps.map((step, at) => (counts.has(step) ? at : 0)), 8);
  const shown = steps.slice(0, last + 1);
  const most = Math.max(...counts.values());
  return html`<ol class="histogram" aria-label="Late events by how late they were">
    ${shown.map((step) => {
      const events = counts.get(step) ?? 0;
      const height = events === 0 ? 0 : Math.max(3, (events / most) * 100);
      return html`<li key=${step}>
        <span class="count">${events === 0 ? '' : numberText(events)}</span>
        <span class="bar" style=${{ height: `${height}%` }} aria-hidden="true"></span>
        <span class="step"><span class="hidden">up to </span>${step}<span class="hidden">${events === 0 ? ': none' : ''}</span></span>
      </li>`;
    })}
  </ol>`;
}
