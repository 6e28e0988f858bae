import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.js';
import { Empty, FeedSelect, Head, Trouble } from '../parts/small.js';
import { useAnswer } from '../parts/use-answer.js';
import { countText, numberText, timeText } from '../text.js';

/** @typedef {import('../../api-types.ts').EventsView} Events */
/** @typedef {import('../../api-types.ts').EventRow} EventRow */
/** @typedef {import('../../api-types.ts').EventForms} EventForms */

const TYPING_MS = 200;

/** @param {{ live: import('../../api-types.ts').LiveState, feed: string }} props */
export function EventsView({ live, feed: first }) {
  const [typed, setTyped] = useState('');
  const [text, setText] = useState('');
  const [feed, setFeed] = useState(first);
  const [chosen, setChosen] = useState(/** @type {number | undefined} */ (undefined));
  useEffect(() => {
    const timer = setTimeout(() => setText(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const { answer, problem } = useAnswer('events', { text, feed }, { again: live.eventsSeen });
  const events = /** @type {Events | undefined} */ (answer);
  const rows = events?.rows ?? [];
  return html`<${Head} title="Events" about=${aboutOf(events)} />
    <div class="tools spread">
      <label class="field grow"><span>Search</span>
        <input type="search" value=${typed} placeholder="words that an event holds: a name, an address, an id" onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => setTyped(currentTarget.value)} />
      </label>
      <${FeedSelect} label="Feed" value=${feed} first=${[['', 'All feeds']]} feeds=${(live.feeds ?? []).map(({ feed: name }) => name)} onChange=${setFeed} />
    </div>
    <${Trouble} problem=${problem} />
    ${
      events && rows.length === 0
        ? html`<${Empty} title=${events.kept === 0 ? 'No event yet' : 'No event fits'} text=${events.remark ?? 'Try fewer words, or all feeds.'} />`
        : html`<div class=${`events ${chosen === undefined ? '' : 'split'}`}>
            <${EventList} rows=${rows} chosen=${chosen} onChoose=${setChosen} />
            ${chosen !== undefined && html`<${Forms} key=${chosen} eventKey=${chosen} onClose=${() => setChosen(undefined)} />`}
          </div>`
    }`;
}

/** @param {Events | undefined} events */
function aboutOf(events) {
  if (!events) return 'The last events that were delivered.';
  if (events.destination === undefined) return events.remark ?? '';
  const { found, kept, rows, destination, format } = events;
  const of = html`at <b>${destination}</b> (${format})`;
  if (found === kept)
    return html`The last ${countText(kept, 'event')} ${of}${kept > rows.length ? `, the newest ${numberText(rows.length)} listed` : ''}.`;
  const listed = found > rows.length ? `, the newest ${numberText(rows.length)} listed` : '';
  return html`${numberText(found)} of the last ${countText(kept, 'event')} ${of}${listed}.`;
}

/** @param {{ rows: readonly EventRow[], chosen: number | undefined, onChoose: (key: number) => void }} props */
function EventList({ rows, chosen, onChoose }) {
  /** The arrow keys go from event to event. @param {KeyboardEvent} event */
  const onKey = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = rows.findIndex(({ key }) => key === chosen);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    if (!next) return;
    onChoose(next.key);
    document.getElementById(`event-${next.key}`)?.focus();
  };
  return html`<ul class="card flush event-list" aria-label="Events, newest first" onKeyDown=${onKey}>
    ${rows.map(
      ({ key, time, feed, action, user, outcome, text }) => html`<li key=${key}>
        <button type="button" id=${`event-${key}`} aria-pressed=${key === chosen} onClick=${() => onChoose(key)}>
          <span class="when">${time === undefined ? '' : timeText(time)}</span>
          <span class="what">
            <b>${action ?? 'event'}</b>
            ${outcome && outcome !== 'success' && html`<em class=${outcome}>${outcome}</em>`}
            ${user && html`<span class="who">${user}</span>`}
          </span>
          <span class="said">${text}</span>
          <span class="from">${feed}</span>
        </button>
      </li>`,
    )}
  </ul>`;
}

/** One event in each format, side by side where there is room. @param {{ eventKey: number, onClose: () => void }} props */
function Forms({ eventKey, onClose }) {
  const { answer, problem } = useAnswer('event', { key: eventKey });
  const { forms = [] } = /** @type {EventForms | undefined} */ (answer) ?? {};
  return html`<section class="forms" aria-label="The event in each format">
    <div class="row">
      <h2 class="section">In each format</h2>
      <button type="button" class="quiet" onClick=${onClose}>Close</button>
    </div>
    <${Trouble} problem=${problem} />
    <div class="form-grid">
      ${forms.map(
        ({ format, title, text, remark }) => html`<article key=${format} class="card form">
          <h3>${title}${text !== undefined && html`<${Copy} text=${text} what=${title} />`}</h3>
          ${text === undefined ? html`<p class="fine">${remark}</p>` : html`<pre tabindex="0" aria-label=${`The event as ${title}`}>${text}</pre>`}
        </article>`,
      )}
    </div>
  </section>`;
}

/** @param {{ text: string, what: string }} props */
function Copy({ text, what }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
  };
  return html`<button type="button" class="quiet" aria-label=${`Copy ${what}`} onClick=${copy}>${done ? 'Copied' : 'Copy'}</button>`;
}
