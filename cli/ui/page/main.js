import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { follow } from './ask.js';
import { html } from './html.js';
import { Shell } from './parts/shell.js';
import { DoctorView } from './views/doctor.js';
import { EventsView } from './views/events.js';
import { FeedsView } from './views/feeds.js';
import { LatenessView } from './views/lateness.js';
import { LedgerView } from './views/ledger.js';
import { QuarantineView } from './views/quarantine.js';
import { SimulatorsView } from './views/simulators.js';
import { WorkView } from './views/work.js';

/** @typedef {import('../api-types.ts').LiveState} LiveState */

/**
 * The views, by the beginning of the address’s fragment. What follows it is the feed that a view begins with.
 *
 * @type {Record<string, (props: { live: LiveState, feed: string }) => import('preact').VNode>}
 */
const VIEWS = {
  feeds: FeedsView,
  events: EventsView,
  ledger: LedgerView,
  lateness: LatenessView,
  quarantine: QuarantineView,
  work: WorkView,
  doctor: DoctorView,
  simulators: SimulatorsView,
};

function readRoute() {
  const [name = '', feed = ''] = location.hash.slice(1).split(/:(.*)/s);
  return { name: Object.hasOwn(VIEWS, name) ? name : 'feeds', feed: decodeURIComponent(feed) };
}

function App() {
  const [live, setLive] = useState(/** @type {LiveState | undefined} */ (undefined));
  const [connected, setConnected] = useState(true);
  const [route, setRoute] = useState(readRoute);
  useEffect(() => follow(setLive, setConnected), []);
  useEffect(() => {
    const read = () => setRoute(readRoute());
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  useEffect(() => {
    // A screen reader is told that another view is there; at the start the reader begins at the top.
    const title = document.querySelector('h1');
    document.title = `${title?.textContent ?? 'Feeds'} · Tidemark`;
    if (location.hash !== '') title?.focus();
  }, [route.name, live === undefined]);
  if (!live) return html`<main class="starting"><p role="status">Looking at the feeds …</p></main>`;
  const View = VIEWS[route.name] ?? FeedsView;
  return html`<${Shell} live=${live} connected=${connected} view=${route.name}>
    <${View} key=${`${route.name}:${route.feed}`} live=${live} feed=${route.feed} />
  <//>`;
}

render(html`<${App} />`, document.body);
