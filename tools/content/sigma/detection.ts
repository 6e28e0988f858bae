import { parseCondition, type Selections } from './condition.ts';
import { parseFieldMatch, type TypeOf } from './field-match.ts';
import { anyMapAt, mapAt, optionalTextAt, textAt, type YamlMap } from './parts.ts';
import type { Detection, Expression, LogSource } from './rule.ts';
import type { Place } from './rule-error.ts';

const SELECTION_NAME = /^\w+$/;

/** Reads the part of a rule that says what an event must look like. */
export function parseDetection(place: Place, rule: YamlMap, typeOf: TypeOf): Detection {
  const detection = place.at('detection');
  const { condition, ...named } = anyMapAt(detection, rule.detection);
  const selections = new Map(
    Object.entries(named).map(([name, value]) => {
      if (!SELECTION_NAME.test(name)) throw detection.at(name).error('It is no name of a selection', 'Use a-z and _.');
      return [name, parseSelection(detection.at(name), value, typeOf)];
    }),
  );
  const name = optionalTextAt(place.at('name'), rule.name);
  return {
    kind: 'detection',
    id: textAt(place.at('id'), rule.id),
    title: textAt(place.at('title'), rule.title),
    ...(name !== undefined && { name }),
    logSource: parseLogSource(place.at('logsource'), rule.logsource),
    condition: parseConditions(detection.at('condition'), condition, selections),
  };
}

function parseLogSource(place: Place, value: unknown): LogSource {
  const map = mapAt(place, value, ['product', 'service', 'category', 'definition']);
  if (!['product', 'service', 'category'].some((key) => key in map))
    throw place.error('It is empty', 'Write product, service or category.');
  return Object.fromEntries(Object.entries(map).map(([key, one]) => [key, textAt(place.at(key), one)]));
}

/** A map of fields that must all fit, or a list of such maps of which one must fit. */
function parseSelection(place: Place, value: unknown, typeOf: TypeOf): Expression {
  if (Array.isArray(value)) {
    if (value.length === 0) throw place.error('The list is empty', 'Write maps of fields.');
    return linked(
      'or',
      value.map((one, at) => parseFields(place.at(at), one, typeOf)),
    );
  }
  return parseFields(place, value, typeOf);
}

function parseFields(place: Place, value: unknown, typeOf: TypeOf): Expression {
  if (typeof value === 'string')
    throw place.error('A search for words in the whole event finds other things in every store', 'Name a field.');
  const fields = Object.entries(anyMapAt(place, value));
  if (fields.length === 0) throw place.error('It is empty', 'Write fields and their values.');
  return linked(
    'and',
    fields.map((field) => parseFieldMatch(place.at(field[0]), field, typeOf)),
  );
}

/** The conditions of a list are different ways to match. */
function parseConditions(place: Place, value: unknown, selections: Selections): Expression {
  const texts = Array.isArray(value) ? value : [value];
  const parsed = texts.map((text) => parseCondition(place, textAt(place, text), selections));
  const idle = [...selections.keys()].find((name) => !parsed.some(({ used }) => used.has(name)));
  if (idle !== undefined) throw place.error(`It does not use the selection ${idle}`, 'Use it, or take it out.');
  return linked(
    'or',
    parsed.map(({ expression }) => expression),
  );
}

function linked(kind: 'and' | 'or', of: readonly Expression[]): Expression {
  const [first] = of;
  return of.length === 1 && first ? first : { kind, of };
}
