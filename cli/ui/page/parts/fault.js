import { useState } from 'preact/hooks';
import { html } from '../html.js';

/** @typedef {import('../../api-types.ts').FaultView} FaultView */
/** @typedef {import('../../api-types.ts').FaultField} FaultField */

/**
 * A switch for a fault, with the values that it takes.
 *
 * @param {{ fault: FaultView, onSet: (value: unknown) => void }} props
 */
export function Fault({ fault, onSet }) {
  const { name, words, fields, single, value } = fault;
  const isOn = value !== undefined;
  const [typed, setTyped] = useState(() => startOf(fault));
  /** What is set now goes before what was typed before it was set. @type {Record<string, unknown>} */
  const shown = isOn ? valuesOf(fault) : typed;
  const needsValues = !(single && fields[0]?.kind === 'flag');
  /** @param {Event} event */
  const toggle = (event) => {
    event.preventDefault();
    onSet(isOn ? null : readValue(fault, typed));
  };
  return html`<li class=${isOn ? 'on' : ''}>
    <form onSubmit=${toggle} aria-label=${name}>
      <div class="about"><b>${name}</b><p>${words}</p></div>
      <div class="values">
        ${needsValues && fields.map((field) => html`<${Value} key=${field.name} field=${field} label=${single ? 'value' : field.name} value=${shown[field.name]} disabled=${isOn} onChange=${(/** @type {unknown} */ each) => setTyped({ ...typed, [field.name]: each })} />`)}
        <button type="submit" class=${isOn ? 'end' : ''} aria-label=${`${isOn ? 'End' : 'Switch on'} ${name}`}>${isOn ? 'End' : 'Switch on'}</button>
      </div>
    </form>
  </li>`;
}

/** @param {{ field: FaultField, label: string, value: unknown, disabled: boolean, onChange: (value: unknown) => void }} props */
function Value({ field, label, value, disabled, onChange }) {
  const { kind, choices, optional, isList } = field;
  if (kind === 'flag')
    return html`<label class="check"><input type="checkbox" disabled=${disabled} checked=${value === true} onChange=${() => onChange(value !== true)} /> ${label}</label>`;
  if (choices && !isList)
    return html`<label class="field"><span>${label}</span>
      <select disabled=${disabled} onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) => onChange(currentTarget.value)}>
        ${choices.map((each) => html`<option key=${each} value=${each} selected=${each === value}>${each}</option>`)}
      </select>
    </label>`;
  return html`<label class="field"><span>${label}</span>
    <input
      disabled=${disabled}
      required=${!optional}
      inputmode=${kind === 'number' ? 'decimal' : undefined}
      pattern=${kind === 'number' ? '-?[0-9]+([.][0-9]+)?' : undefined}
      title=${kind === 'number' ? 'a number' : isList ? `with commas: ${choices?.join(', ')}` : undefined}
      placeholder=${optional ? 'default' : undefined}
      value=${value === undefined ? '' : String(value)}
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) => onChange(currentTarget.value)}
    />
  </label>`;
}

/** Values that make something happen, so that a first click shows it. @param {FaultView} fault @returns {Record<string, unknown>} */
function startOf({ fields }) {
  return Object.fromEntries(
    fields.map(({ name, kind, optional, choices }) => {
      if (choices) return [name, choices[0]];
      if (kind === 'number') return [name, optional ? '' : (EXAMPLES[name] ?? '3')];
      return [name, kind === 'flag' ? false : ''];
    }),
  );
}

/** Numbers that are noticed. @type {Record<string, string>} */
const EXAMPLES = {
  latencyMs: '2000',
  clockSkewSeconds: '600',
  share: '0.2',
  twins: '0.2',
  bytesPerSecond: '500',
  every: '5',
};

/** @param {FaultView} fault @returns {Record<string, unknown>} */
function valuesOf({ single, fields, value }) {
  if (single) return { [fields[0]?.name ?? '']: value };
  return /** @type {Record<string, unknown>} */ (value);
}

/** @param {FaultView} fault @param {Record<string, unknown>} typed */
function readValue({ single, fields }, typed) {
  if (single && fields[0]?.kind === 'flag') return true;
  const values = fields.flatMap((field) => {
    const value = typed[field.name];
    if (field.optional && (value === '' || value === undefined || value === false)) return [];
    return [[field.name, field.kind === 'number' ? Number(value) : value]];
  });
  const given = Object.fromEntries(values);
  return single ? given[fields[0]?.name ?? ''] : given;
}
