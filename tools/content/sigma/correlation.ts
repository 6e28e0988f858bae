import { searchableType, type TypeOf } from './field-match.ts';
import { anyMapAt, mapAt, oneOf, optionalTextAt, textAt, textsAt, type YamlMap } from './parts.ts';
import { type Bound, CORRELATION_TYPES, type Correlation, type Detection } from './rule.ts';
import { type Place, shapeOf } from './rule-error.ts';

/** Finds a rule of the same file by its name or id. */
export type FindRule = (reference: string) => Detection | Correlation | undefined;

const KEYS = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases'];
const TIMESPAN = /^(?<count>[1-9]\d*)(?<unit>[smhd])$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const BOUNDS = ['gt', 'gte', 'lt', 'lte', 'eq'] as const;

/** Reads the part of a rule that says what must come together. */
export function parseCorrelation(place: Place, rule: YamlMap, find: FindRule, typeOf: TypeOf): Correlation {
  const at = place.at('correlation');
  const map = mapAt(at, rule.correlation, KEYS);
  const type = oneOf(at.at('type'), map.type, CORRELATION_TYPES);
  const rules = parseReferences(at.at('rules'), map.rules, find);
  const aliases = parseAliases(at.at('aliases'), map.aliases, { rules, typeOf });
  const groupBy = textsAt(at.at('group-by'), map['group-by'], { atLeast: 1 });
  for (const field of groupBy) if (!Object.hasOwn(aliases, field)) searchableType(at.at('group-by'), field, typeOf);
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  if (isTemporal && rules.length < 2) throw at.at('rules').error('It needs several rules', 'Write at least two.');
  const { bounds, field } = parseBounds(at.at('condition'), map.condition, isTemporal);
  if ((type === 'value_count') !== (field !== undefined))
    throw at.at('condition').error('A field belongs to value_count, and to nothing else', 'Write it, or take it out.');
  if (field !== undefined && !Object.hasOwn(aliases, field)) searchableType(at.at('condition'), field, typeOf);
  const name = optionalTextAt(place.at('name'), rule.name);
  return {
    kind: 'correlation',
    id: textAt(place.at('id'), rule.id),
    title: textAt(place.at('title'), rule.title),
    ...(name !== undefined && { name }),
    type,
    rules,
    groupBy,
    timespan: parseTimespan(at.at('timespan'), map.timespan),
    condition: bounds,
    ...(field !== undefined && { field }),
    aliases,
  };
}

function parseReferences(place: Place, value: unknown, find: FindRule): (Detection | Correlation)[] {
  return textsAt(place, value, { atLeast: 1 }).map((reference, at) => {
    const found = find(reference);
    if (found) return found;
    throw place.at(at).error(`No rule of this file is named ${reference}`, 'Put the rule into the same file.');
  });
}

function parseTimespan(place: Place, value: unknown): Correlation['timespan'] {
  const text = textAt(place, value, TIMESPAN);
  const { count = '', unit = '' } = TIMESPAN.exec(text)?.groups ?? {};
  return { text, seconds: Number(count) * (SECONDS[unit] ?? 0) };
}

function parseBounds(place: Place, value: unknown, isTemporal: boolean): { bounds: Bound[]; field?: string } {
  if (value === undefined && isTemporal) return { bounds: [] };
  const map = mapAt(place, value, [...BOUNDS, 'field']);
  const bounds = BOUNDS.flatMap((one) => (one in map ? [{ with: one, value: countAt(place.at(one), map[one]) }] : []));
  if (bounds.length === 0) throw place.error('It has no number', `Write ${BOUNDS.join(', ')}.`);
  const field = optionalTextAt(place.at('field'), map.field);
  return { bounds, ...(field !== undefined && { field }) };
}

function countAt(place: Place, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw place.error(`It is ${shapeOf(value)}`, 'Write a whole number.');
}

interface Scope {
  readonly rules: readonly (Detection | Correlation)[];
  readonly typeOf: TypeOf;
}

/** Each alias must say which field it stands for in every rule: an event without it belongs to no group. */
function parseAliases(place: Place, value: unknown, { rules, typeOf }: Scope): Correlation['aliases'] {
  if (value === undefined) return {};
  const names = rules.map(({ name }) => name ?? '');
  return Object.fromEntries(
    Object.entries(anyMapAt(place, value)).map(([alias, fields]) => {
      const map = mapAt(place.at(alias), fields, names);
      return [
        alias,
        Object.fromEntries(
          names.map((name) => {
            const field = textAt(place.at(alias).at(name), map[name]);
            searchableType(place.at(alias).at(name), field, typeOf);
            return [name, field];
          }),
        ),
      ];
    }),
  );
}
