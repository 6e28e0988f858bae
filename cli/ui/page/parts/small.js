import { html } from '../html.js';
import { partsOf } from '../text.js';

/** @typedef {import('../../api-types.ts').Severity} Severity */

/** A state in a word, with a colour that is not its only sign. @param {{ severity: Severity, text: string }} props */
export function Chip({ severity, text }) {
  return html`<span class=${`chip ${severity}`}><i aria-hidden="true"></i>${text}</span>`;
}

/** A feed’s name: what is read, and below it whose. @param {{ feed: string }} props */
export function FeedName({ feed }) {
  const { source, stream, connection } = partsOf(feed);
  return html`<span class="feed-name"><b>${stream}</b><small>${source} · ${connection}</small></span>`;
}

/** What is there when there is nothing. @param {{ title: string, text: string }} props */
export function Empty({ title, text }) {
  return html`<div class="empty"><p><b>${title}</b></p><p>${text}</p></div>`;
}

/**
 * The head of a view.
 *
 * @param {{ title: string, about: unknown, children?: unknown }} props
 */
export function Head({ title, about, children }) {
  return html`<div class="head">
    <div>
      <h1 tabindex="-1">${title}</h1>
      <p>${about}</p>
    </div>
    ${children && html`<div class="tools">${children}</div>`}
  </div>`;
}

/**
 * One of a few.
 *
 * @param {{ label: string, value: string, options: readonly (readonly [string, string])[], onChange: (value: string) => void }} props
 */
export function Choice({ label, value, options, onChange }) {
  return html`<div class="choice" role="group" aria-label=${label}>
    ${options.map(
      ([each, text]) =>
        html`<button key=${each} type="button" aria-pressed=${each === value} onClick=${() => onChange(each)}>${text}</button>`,
    )}
  </div>`;
}

/**
 * One feed, or what stands for several.
 *
 * @param {{ label: string, value: string, first: readonly (readonly [string, string])[], feeds: readonly string[], onChange: (value: string) => void, quiet?: boolean }} props
 */
export function FeedSelect({ label, value, first, feeds, onChange, quiet = false }) {
  return html`<label class="field"><span class=${quiet ? 'hidden' : ''}>${label}</span>
    <select value=${value} onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => onChange(currentTarget.value)}>
      ${first.map(([each, text]) => html`<option key=${each} value=${each} selected=${each === value}>${text}</option>`)}
      ${feeds.map((feed) => html`<option key=${feed} value=${feed} selected=${feed === value}>${feed}</option>`)}
    </select>
  </label>`;
}

/** What went wrong, and what to do. @param {{ problem: { message: string, remedy?: string } | undefined }} props */
export function Trouble({ problem }) {
  if (!problem) return html``;
  return html`<p class="trouble" role="alert"><b>${problem.message}</b> ${problem.remedy}</p>`;
}
