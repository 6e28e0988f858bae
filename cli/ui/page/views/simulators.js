import { useState } from 'preact/hooks';
import { send } from '../ask.js';
import { html } from '../html.js';
import { Fault } from '../parts/fault.js';
import { Choice, Empty, Head, Trouble } from '../parts/small.js';
import { problemOf, useAnswer } from '../parts/use-answer.js';
import { countText, numberText } from '../text.js';

/** @typedef {import('../../api-types.ts').SimulatorView} Simulator */

const REFRESH_MS = 3_000;

/** Simulated vendors, and what can be made to go wrong there. */
export function SimulatorsView() {
  const { answer, problem, setAnswer } = useAnswer('simulators', {}, { everyMs: REFRESH_MS });
  const [failure, setFailure] = useState(
    /** @type {import('../parts/use-answer.js').Problem | undefined} */ (undefined),
  );
  const [chosen, setChosen] = useState('');
  const simulators = /** @type {{ simulators: Simulator[] } | undefined} */ (answer)?.simulators;
  const shown = simulators?.find(({ id }) => id === chosen) ?? simulators?.[0];
  /** @param {string} path @param {object} body */
  const change = async (path, body) => {
    try {
      setAnswer(await send(path, body));
      setFailure(undefined);
    } catch (thrown) {
      setFailure(problemOf(thrown));
    }
  };
  return html`<${Head} title="Simulators" about="They stand in for the vendors, and for the delivery. Make something go wrong, and see in Feeds what Tidemark does about it." />
    <${Trouble} problem=${failure ?? problem} />
    ${simulators && simulators.length === 0 && html`<${Empty} title="No simulator here" text="Real vendors are configured. Without a tidemark.json, tidemark run starts the simulators." />`}
    ${
      simulators &&
      shown &&
      html`<${Choice} label="Simulator" value=${shown.id} options=${simulators.map(({ id, title, faults }) => [id, `${title}${onOf(faults) > 0 ? ` (${onOf(faults)})` : ''}`])} onChange=${setChosen} />
        <${One} key=${shown.id} simulator=${shown} onSet=${(/** @type {string} */ name, /** @type {unknown} */ value) => change('fault', { simulator: shown.id, name, value })} onReset=${() => change('reset', { simulator: shown.id })} />`
    }`;
}

/** @param {Simulator['faults']} faults */
function onOf(faults) {
  return faults.filter(({ value }) => value !== undefined).length;
}

/** @param {{ simulator: Simulator, onSet: (name: string, value: unknown) => void, onReset: () => void }} props */
function One({ simulator, onSet, onReset }) {
  const { title, origin, faults, counters, problem } = simulator;
  const sorted = faults.toSorted((one, other) => Number(other.value !== undefined) - Number(one.value !== undefined));
  const on = onOf(faults);
  return html`<section aria-label=${title}>
    <div class="row">
      <p class="fine">
        <code>${origin}</code>
        ${
          counters &&
          html` · ${numberText(counters.requests)} requests · ${numberText(counters.rowsServed)} records · ${Object.entries(
            counters.byStatus,
          )
            .map(([status, count]) => `${status}: ${numberText(count)}`)
            .join(', ')}`
        }
      </p>
      <button type="button" onClick=${onReset}>${on === 0 ? 'Reset' : `End ${countText(on, 'fault')}`}</button>
    </div>
    ${problem && html`<${Trouble} problem=${{ message: problem }} />`}
    <ul class="faults card flush">${sorted.map((fault) => html`<${Fault} key=${fault.name} fault=${fault} onSet=${(/** @type {unknown} */ value) => onSet(fault.name, value)} />`)}</ul>
  </section>`;
}
