import { useEffect, useState } from 'preact/hooks';
import { send } from '../ask.js';
import { html } from '../html.js';
import { Chip, Empty, Head, Trouble } from '../parts/small.js';
import { problemOf, useAnswer } from '../parts/use-answer.js';
import { agoText, countText } from '../text.js';

/** @typedef {import('../../api-types.ts').DoctorView} Doctor */
/** @typedef {import('../../api-types.ts').CheckRow} Check */

const WATCH_MS = 1_000;

/** @param {{ live: import('../../api-types.ts').LiveState }} props */
export function DoctorView({ live }) {
  const [running, setRunning] = useState(false);
  const { answer, problem, setAnswer } = useAnswer('doctor', {}, running ? { everyMs: WATCH_MS } : {});
  const [failure, setFailure] = useState(
    /** @type {import('../parts/use-answer.js').Problem | undefined} */ (undefined),
  );
  const doctor = /** @type {Doctor | undefined} */ (answer);
  useEffect(() => setRunning(doctor?.state === 'running'), [doctor?.state]);
  const start = async () => {
    try {
      setAnswer(await send('doctor', {}));
      setFailure(undefined);
    } catch (thrown) {
      setFailure(problemOf(thrown));
    }
  };
  return html`<${Head} title="Doctor" about="Why nothing arrives, or nothing new. A few requests go to each vendor; nothing is delivered, and no watermark moves.">
      <button type="button" class="main" disabled=${running} onClick=${start}>${running ? 'Examining …' : doctor?.state === 'done' ? 'Examine again' : 'Examine'}</button>
    <//>
    <${Trouble} problem=${failure ?? problem ?? doctor?.problem} />
    ${running && html`<p class="remark" role="status">Examining${doctor?.doing ? `: ${doctor.doing}` : ''} …</p>`}
    ${doctor?.state === 'never' && html`<${Empty} title="Not examined yet" text="Secrets, clocks, sign-ins, permissions, quotas, destinations: each is checked, and what is wrong comes with its remedy." />`}
    ${doctor && doctor.checks.length > 0 && html`<${Checks} doctor=${doctor} at=${live.at} />`}`;
}

/** @param {{ doctor: Doctor, at: string }} props */
function Checks({ doctor, at }) {
  const { checks, at: examined } = doctor;
  const red = checks.filter(({ ok }) => !ok);
  const good = Object.entries(
    Object.groupBy(
      checks.filter(({ ok }) => ok),
      ({ subject }) => subject,
    ),
  );
  return html`<p class="remark" role="status">${red.length === 0 ? 'All is well' : `${countText(red.length, 'thing')} to mend`}${examined ? `, examined ${agoText(examined, at)}` : ''}.</p>
    ${
      red.length > 0 &&
      html`<section aria-labelledby="to-mend">
        <h2 id="to-mend" class="section">To mend, the first one first</h2>
        <ol class="card flush checks">${red.map((check) => html`<${Line} key=${`${check.subject} ${check.check}`} check=${check} />`)}</ol>
      </section>`
    }
    ${
      good.length > 0 &&
      html`<section aria-labelledby="well">
        <h2 id="well" class="section">In order</h2>
        <div class="cards">
          ${good.map(
            ([subject, lines = []]) => html`<article key=${subject} class="card">
              <h3>${subject}</h3>
              <ul class="well">${lines.map(({ check, found }) => html`<li key=${check}><${Chip} severity="good" text=${check} /><span>${found}</span></li>`)}</ul>
            </article>`,
          )}
        </div>
      </section>`
    }`;
}

/** @param {{ check: Check }} props */
function Line({ check: { subject, check, found, remedy } }) {
  return html`<li>
    <${Chip} severity="bad" text=${check} />
    <div>
      <p><b>${subject}</b></p>
      <p>${found}</p>
      ${remedy !== '' && html`<p><b>What to do:</b> ${remedy}</p>`}
    </div>
  </li>`;
}
