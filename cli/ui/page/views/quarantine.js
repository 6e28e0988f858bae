import { useState } from 'preact/hooks';
import { send } from '../ask.js';
import { html } from '../html.js';
import { Empty, FeedName, Head, Trouble } from '../parts/small.js';
import { problemOf, useAnswer } from '../parts/use-answer.js';
import { WorkCard } from '../parts/work-card.js';
import { agoText, bytesText, numberText } from '../text.js';

/** @typedef {import('../../api-types.ts').QuarantineView} Quarantine */
/** @typedef {import('../../api-types.ts').QuarantineRow} Row */

/** Reasons as a person reads them. @type {Record<string, string>} */
const REASONS = {
  oversized: 'too large: a destination got it shortened',
  inexpressible: 'its format cannot express it',
  unreadable: 'an answer that could not be read',
};

/** @param {{ live: import('../../api-types.ts').LiveState }} props */
export function QuarantineView({ live }) {
  const counted = (live.feeds ?? []).reduce((sum, { quarantined }) => sum + quarantined, 0);
  const { answer, problem } = useAnswer('quarantine', {}, { again: counted });
  const [failure, setFailure] = useState(
    /** @type {import('../parts/use-answer.js').Problem | undefined} */ (undefined),
  );
  const view = /** @type {Quarantine | undefined} */ (answer);
  const work = live.work.filter(({ kind }) => kind === 'redrive');
  /** @param {string} feed @param {string} [id] */
  const redrive = async (feed, id) => {
    try {
      await send('work', { kind: 'redrive', feed, ...(id !== undefined && { ids: [id] }) });
      setFailure(undefined);
    } catch (thrown) {
      setFailure(problemOf(thrown));
    }
  };
  const byFeed = Object.entries(Object.groupBy(view?.rows ?? [], ({ feed }) => feed));
  return html`<${Head} title="Quarantine" about="What no destination could take whole, and what could not be read. Nothing here is lost: it can be sent again." />
    <${Trouble} problem=${failure ?? problem} />
    ${work.slice(0, 3).map((report) => html`<${WorkCard} key=${report.id} report=${report} at=${live.at} />`)}
    ${view && view.rows.length === 0 && html`<${Empty} title="Nothing is in quarantine" text="Every event has gone out whole." />`}
    ${byFeed.map(
      ([feed, rows = []]) => html`<section key=${feed} aria-label=${feed}>
        <div class="row">
          <h2 class="section"><${FeedName} feed=${feed} /></h2>
          <button type="button" onClick=${() => redrive(feed)}>Send ${rows.length === 1 ? 'it' : `all ${rows.length}`} again</button>
        </div>
        <div class="card flush"><${Entries} rows=${rows} at=${live.at} onRedrive=${redrive} /></div>
      </section>`,
    )}
    ${view && view.putAside.length > 0 && html`<${PutAside} rows=${view.putAside} at=${live.at} />`}`;
}

/** @param {{ rows: readonly Row[], at: string, onRedrive: (feed: string, id: string) => void }} props */
function Entries({ rows, at, onRedrive }) {
  return html`<table>
    <thead>
      <tr><th scope="col">Reason</th><th scope="col" class="wide">Lacking at</th><th scope="col" class="number">Size</th><th scope="col" class="number wide">Since</th><th scope="col"><span class="hidden">What to do</span></th></tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ feed, id, reason, at: since, bytes, destinations }) => html`<tr key=${id}>
          <th scope="row"><span class="two"><b>${reason}</b><small>${REASONS[reason] ?? ''}</small><small class="id">${id}</small></span></th>
          <td class="wide">${destinations?.join(', ') ?? '–'}</td>
          <td class="number">${bytesText(bytes)}</td>
          <td class="number wide">${agoText(since, at)}</td>
          <td class="number"><button type="button" class="quiet" aria-label=${`Send ${id} again`} onClick=${() => onRedrive(feed, id)}>Send again</button></td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** @param {{ rows: Quarantine['putAside'], at: string }} props */
function PutAside({ rows, at }) {
  return html`<section aria-labelledby="put-aside">
    <h2 id="put-aside" class="section">Put aside by Firehose</h2>
    <div class="card flush">
      <table>
        <thead><tr><th scope="col">Destination</th><th scope="col">Source</th><th scope="col" class="number">Objects</th><th scope="col" class="number">Size</th><th scope="col" class="number wide">Since</th></tr></thead>
        <tbody>
          ${rows.map(
            ({ destination, source, objects, bytes, since }) => html`<tr key=${`${destination} ${source}`}>
              <th scope="row">${destination}</th><td>${source}</td><td class="number">${numberText(objects)}</td><td class="number">${bytesText(bytes)}</td><td class="number wide">${agoText(since, at)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="remark"><code>tidemark redrive --cloud --destination ID</code> sends such objects again.</p>
  </section>`;
}
