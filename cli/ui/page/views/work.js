import { useState } from 'preact/hooks';
import { send } from '../ask.js';
import { html } from '../html.js';
import { Chip, Choice, Empty, FeedName, FeedSelect, Head, Trouble } from '../parts/small.js';
import { problemOf } from '../parts/use-answer.js';
import { WorkCard } from '../parts/work-card.js';
import { minuteText, numberText } from '../text.js';

/** @typedef {import('../../api-types.ts').LiveState} LiveState */

const WORDS = {
  verify: 'Asks the vendor again, compares with what was delivered, and says what is missing.',
  backfill: 'Reads a range of the past beside the live feed. What was delivered before is not delivered again.',
};

/** @param {{ live: LiveState, feed: string }} props */
export function WorkView({ live, feed }) {
  const work = live.work.filter(({ kind }) => kind !== 'redrive');
  const jobs = (live.feeds ?? []).flatMap((row) => row.jobs.map((job) => ({ feed: row.feed, job })));
  return html`<${Head} title="Verify & backfill" about="Prove that nothing is missing, and read the past." />
    <${Order} live=${live} first=${feed} />
    ${
      work.length > 0 &&
      html`<section aria-labelledby="started">
        <h2 id="started" class="section">Started here</h2>
        ${work.map((report) => html`<${WorkCard} key=${report.id} report=${report} at=${live.at} />`)}
      </section>`
    }
    <section aria-labelledby="known">
      <h2 id="known" class="section">Known to the table</h2>
      ${jobs.length === 0 ? html`<${Empty} title="No job yet" text="Verifications and backfills are listed here, whoever has started them." />` : html`<${Jobs} jobs=${jobs} />`}
    </section>`;
}

/** @param {{ live: LiveState, first: string }} props */
function Order({ live, first }) {
  const [kind, setKind] = useState(/** @type {'verify' | 'backfill'} */ ('verify'));
  const [feed, setFeed] = useState(first);
  const [since, setSince] = useState('24h');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [repair, setRepair] = useState(false);
  const [problem, setProblem] = useState(
    /** @type {import('../parts/use-answer.js').Problem | undefined} */ (undefined),
  );
  const feeds = (live.feeds ?? []).filter((row) => row.kind === 'events').map((row) => row.feed);
  /** @param {Event} event */
  const start = async (event) => {
    event.preventDefault();
    const range =
      since === 'range'
        ? { from: from.trim(), ...(to.trim() !== '' && { to: to.trim() }) }
        : since === 'due'
          ? {}
          : { since };
    try {
      await send('work', { kind, feed, ...range, repair: kind === 'verify' && repair });
      setProblem(undefined);
    } catch (thrown) {
      setProblem(problemOf(thrown));
    }
  };
  const due = kind === 'verify' ? [['due', 'The days that are due']] : [];
  return html`<form class="card order" onSubmit=${start} aria-label="New work">
    <${Choice} label="What to do" value=${kind} options=${[['verify', 'Verify'], ['backfill', 'Backfill']]} onChange=${(
      /** @type {'verify' | 'backfill'} */ each,
    ) => {
      setKind(each);
      if (since === 'due') setSince('24h');
    }} />
    <p class="fine">${WORDS[kind]}</p>
    <div class="fields">
      <${FeedSelect} label="Feed" value=${feed} first=${[['', 'All feeds of events']]} feeds=${feeds} onChange=${setFeed} />
      <label class="field"><span>Range</span>
        <select value=${since} onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => setSince(currentTarget.value)}>
          ${[...due, ['1h', 'The last hour'], ['24h', 'The last 24 hours'], ['7d', 'The last 7 days'], ['30d', 'The last 30 days'], ['range', 'From … to …']].map(([each, text]) => html`<option key=${each} value=${each} selected=${each === since}>${text}</option>`)}
        </select>
      </label>
      ${
        since === 'range' &&
        html`<label class="field"><span>From (UTC)</span><input required value=${from} placeholder="2026-01-10 or 2026-01-10T09:00:00Z" onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setFrom(currentTarget.value)} /></label>
          <label class="field"><span>To (UTC), or now</span><input value=${to} placeholder="2026-01-11" onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setTo(currentTarget.value)} /></label>`
      }
      ${kind === 'verify' && html`<label class="check"><input type="checkbox" checked=${repair} onChange=${() => setRepair(!repair)} /> Deliver what is missing</label>`}
      <button type="submit" class="main">${kind === 'verify' ? 'Verify' : 'Start the backfill'}</button>
    </div>
    <${Trouble} problem=${problem} />
  </form>`;
}

/** @param {{ jobs: readonly { feed: string, job: import('../../api-types.ts').FeedRow['jobs'][number] }[] }} props */
function Jobs({ jobs }) {
  const newest = jobs.toSorted((one, other) => (one.job.to < other.job.to ? 1 : -1));
  return html`<div class="card flush"><table>
    <thead><tr><th scope="col">Feed</th><th scope="col">Job</th><th scope="col" class="wide">Range</th><th scope="col">State</th><th scope="col" class="number wide">Result</th></tr></thead>
    <tbody>
      ${newest.map(
        ({ feed, job }) => html`<tr key=${`${feed} ${job.kind} ${job.id}`}>
          <th scope="row"><${FeedName} feed=${feed} /></th>
          <td>${job.kind}</td>
          <td class="wide">${minuteText(job.from)} to ${minuteText(job.to)}</td>
          <td><${Chip} severity=${{ running: 'busy', done: 'good', cancelled: 'notice' }[job.state]} text=${job.state === 'running' ? `${job.percent} %` : job.state} /></td>
          <td class="number wide">${resultOf(job)}</td>
        </tr>`,
      )}
    </tbody>
  </table></div>`;
}

/** @param {import('../../api-types.ts').FeedRow['jobs'][number]} job */
function resultOf({ kind, total, steps = [] }) {
  if (kind === 'backfill') return `${numberText(total.delivered)} delivered`;
  const missing = steps.reduce((sum, step) => sum + step.missing - step.repaired, 0);
  if (steps.length === 0) return '–';
  return missing > 0 ? `${numberText(missing)} missing` : 'nothing missing';
}
