import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { isObject } from '../../functions/core/events/is-object.ts';
import { sayNumber } from '../views/columns.ts';
import { paint } from '../views/paint.ts';
import { type Panel, type PanelLine, showPanels } from '../views/panels.ts';
import { fieldsOf } from './fields.ts';
import { contentOf, join, WHOLE } from './leaves.ts';
import { ENVELOPES_BY_NAME, type Preview, type PreviewedEvent } from './preview-record.ts';
import type { Rule } from './provenance.ts';

/** Longer values are cut, so that what stands beside and after them can be seen. */
const LONGEST_VALUE = 300;
const NOT_MAPPED = '  <- not mapped';
/** More events of a record are not shown. */
const MOST_EVENTS = 4;
/** More paths are not listed for a field. */
const MOST_PATHS = 8;

/** A preview as text, side by side where the terminal is wide enough. */
export function showPreview(preview: Preview, name: string, width?: number): string {
  const { events, record, records } = preview;
  const count = events.length + preview.moreEvents;
  const parts = events.slice(0, MOST_EVENTS).map((event, at) => {
    const heading = count === 1 ? [] : [paint('strong', `Event ${at + 1} of ${sayNumber(count)}`)];
    return [...heading, ...problemOf(event.ecs), showPanels(panelsOf(event, preview, at === 0), width)].join('\n');
  });
  const which = records === 1 ? 'one record' : `record ${record} of ${sayNumber(records)}`;
  const made = count === 1 ? 'one event' : `${sayNumber(count)} events`;
  const left = count - parts.length;
  const more =
    left > 0
      ? [paint('faint', `${sayNumber(left)} more events are not shown here; --json has ${sayNumber(events.length)}.`)]
      : [];
  return [`${name}: ${which}, ${made}`, ...parts, ...more, sayUnmapped(preview)].join('\n\n');
}

/** Why a record could not be mapped. */
function problemOf({ event, error }: EcsEvent): string[] {
  if (event.kind !== 'pipeline_error') return [];
  return [
    paint('bad', `The record cannot be mapped: ${error?.message ?? 'no reason is known'}`),
    'It is delivered as an event of kind pipeline_error, with the record inside.',
  ];
}

function sayUnmapped({ unmapped, notExamined }: Preview): string {
  const rest =
    notExamined > 0
      ? `\n${paint('warn', `${sayNumber(notExamined)} values of the record were not looked at: it is too large. What is made from them is not known.`)}`
      : '';
  if (unmapped.length === 0 && notExamined > 0) return rest.trimStart();
  if (unmapped.length === 0) return paint('good', 'Every value of the record is in a field.');
  return `${paint('warn', 'Not mapped, and in event.original only:')} ${listed(unmapped, 50)}${rest}`;
}

function panelsOf(event: PreviewedEvent, { raw, unmapped }: Preview, withRaw: boolean): Panel[] {
  return [
    ...(withRaw ? [{ title: 'RAW', lines: rawLines(raw, new Set(unmapped)) }] : []),
    { title: 'ECS, and what each field is made from', lines: ecsLines(event) },
    { title: 'CEF', lines: cefLines(event.cef) },
    { title: 'OCSF', lines: jsonLines(without(event.ocsf, 'raw_data', '(the record)')) },
    ...Object.entries(ENVELOPES_BY_NAME).map(([name, title]) => ({
      title: `${title}, the envelope`,
      lines: jsonLines(without(event[name], 'event', '(the ECS event)')),
    })),
  ];
}

/** The record, with a mark at each value that no field was made from. JSON in a text is opened. */
function rawLines(raw: unknown, unmapped: ReadonlySet<string>): PanelLine[] {
  const lines: PanelLine[] = [];
  const write = (value: unknown, { path, indent, key, end }: Place): void => {
    const content = contentOf(value);
    if (!content) {
      const isUnmapped = unmapped.has(path);
      const text = `${indent}${key}${short(JSON.stringify(value))}${end}${isUnmapped ? NOT_MAPPED : ''}`;
      lines.push({ text, ...(isUnmapped && { paint: 'warn' as const }) });
      return;
    }
    const isList = Array.isArray(content);
    const members = Object.entries(content);
    lines.push({ text: `${indent}${key}${content === value ? '' : '(JSON in a text) '}${isList ? '[' : '{'}` });
    for (const [at, [name, member]] of members.entries()) {
      write(member, {
        path: join(path, isList ? at : name),
        indent: `${indent}  `,
        key: isList ? '' : `${JSON.stringify(name)}: `,
        end: at < members.length - 1 ? ',' : '',
      });
    }
    lines.push({ text: `${indent}${isList ? ']' : '}'}${end}` });
  };
  write(raw, { path: WHOLE, indent: '', key: '', end: '' });
  return lines;
}

/** Where a value stands in the record, and on its line. */
interface Place {
  readonly path: string;
  readonly indent: string;
  readonly key: string;
  readonly end: string;
}

function ecsLines({ ecs, rules }: PreviewedEvent): PanelLine[] {
  return [...fieldsOf(ecs)].map(([name, value]) => {
    const rule = rules[name];
    const shown = name === 'event.original' ? '(the record)' : short(value);
    const text = `${name}: ${shown}${sayRule(rule)}`;
    return rule === 'constant' ? { text, paint: 'faint' as const } : { text };
  });
}

function sayRule(rule: Rule | undefined): string {
  if (rule === undefined) return '  (not known)';
  if (rule === 'constant') return '  (constant)';
  return rule[0] === WHOLE ? '  <- the whole record' : `  <- ${listed(rule, MOST_PATHS)}`;
}

function listed(paths: readonly string[], most: number): string {
  const shown = paths.slice(0, most).join(', ');
  return paths.length > most ? `${shown} and ${sayNumber(paths.length - most)} more` : shown;
}

/** The header, then a line for each key. */
function cefLines(cef: string): PanelLine[] {
  return cef
    .split(/ (?=[A-Za-z0-9_]+=)|(?<=\|)(?=[A-Za-z0-9_]+=)/)
    .map((text, at) => ({ text: at === 0 ? text : `  ${text}` }));
}

function jsonLines(value: unknown): PanelLine[] {
  return JSON.stringify(value, null, 2)
    .split('\n')
    .map((text) => ({ text }));
}

/** The beginning of a long value. All of it is in the JSON. */
function short(value: string): string {
  if (value.length <= LONGEST_VALUE) return value;
  return `${value.slice(0, LONGEST_VALUE)}… (${sayNumber(value.length)} characters)`;
}

/** An object in which one value that is shown elsewhere is named only. */
function without(value: unknown, key: string, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? { ...value, [key]: name } : value;
}
