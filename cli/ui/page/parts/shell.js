import { useEffect } from 'preact/hooks';
import { html } from '../html.js';
import { countText } from '../text.js';
import { ThemeSwitch } from './theme-switch.js';

/** @typedef {import('../../api-types.ts').LiveState} LiveState */

/** How the data comes to the page, for a person. */
const KINDS = {
  run: 'tidemark run',
  beside: 'beside tidemark run',
  alone: 'nothing forwards here now',
  cloud: 'deployment',
};

/**
 * What is around every view: the name, the ways, and whether the page is up to date.
 *
 * @param {{ live: LiveState, connected: boolean, view: string, children: unknown }} props
 */
export function Shell({ live, connected, view, children }) {
  // On a narrow screen the ways scroll: the present one is to be seen.
  useEffect(() => {
    document.querySelector('nav [aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [view]);
  return html`<div class="shell">
    <a class="skip" href="#content" onClick=${skip}>Go to the content</a>
    <header class="side">
      <div class="brand">
        <img src="page/icon.svg" alt="" width="26" height="26" />
        <span>Tidemark</span>
      </div>
      <nav aria-label="Views">
        <ul>
          ${linksOf(live).map(
            ({ name, title, badge, urgent }) => html`<li key=${name}>
              <a href=${`#${name}`} aria-current=${view === name ? 'page' : undefined}>
                ${title}
                ${badge && html`<span class=${`badge ${urgent ? 'bad' : ''}`} aria-label=${badge.label}>${badge.text}</span>`}
              </a>
            </li>`,
          )}
        </ul>
      </nav>
      <div class="where">
        <p class="place" title=${live.detail}><strong>${live.place}</strong><span>${KINDS[live.kind]}</span></p>
        <p class=${`pulse ${connected && !live.problem ? '' : 'off'}`} role="status">
          <i aria-hidden="true"></i>${connected ? (live.problem ? 'Not up to date' : 'Live') : 'Not connected'}
        </p>
        <${ThemeSwitch} />
      </div>
    </header>
    <main id="content" tabindex="-1">
      ${!connected && html`<${Banner} message="tidemark does not answer." remedy="It has ended, or the network is away. This is how things were; the page goes on by itself." />`}
      ${connected && live.problem && html`<${Banner} ...${live.problem} />`}
      ${children}
    </main>
  </div>`;
}

/** The address keeps naming the view. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

/** @param {{ message: string, remedy: string }} props */
export function Banner({ message, remedy }) {
  return html`<div class="banner" role="alert"><strong>${message}</strong> ${remedy}</div>`;
}

/** @param {LiveState} live */
function linksOf({ feeds = [], work, hasSimulators }) {
  const failing = feeds.filter(({ severity }) => severity === 'bad').length;
  const quarantined = feeds.reduce((sum, { quarantined: count }) => sum + count, 0);
  const running = work.filter(({ state }) => state === 'running').length;
  /** @param {number} count @param {string} label */
  const badge = (count, label) => (count > 0 ? { text: String(count), label } : undefined);
  return [
    { name: 'feeds', title: 'Feeds', badge: badge(failing, `${countText(failing, 'feed')} in trouble`), urgent: true },
    { name: 'events', title: 'Events' },
    { name: 'ledger', title: 'Ledger' },
    { name: 'lateness', title: 'Lateness' },
    { name: 'quarantine', title: 'Quarantine', badge: badge(quarantined, `${quarantined} in quarantine`) },
    { name: 'work', title: 'Verify & backfill', badge: badge(running, `${running} at work`) },
    { name: 'doctor', title: 'Doctor' },
    ...(hasSimulators ? [{ name: 'simulators', title: 'Simulators' }] : []),
  ];
}
