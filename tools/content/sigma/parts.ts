import { type Place, shapeOf } from './rule-error.ts';

export type YamlMap = Readonly<Record<string, unknown>>;

/** A map with no other keys than those that the reader knows. */
export function mapAt(place: Place, value: unknown, keys: readonly string[]): YamlMap {
  const map = anyMapAt(place, value);
  for (const key of Object.keys(map)) {
    if (!keys.includes(key))
      throw place.at(key).error('This key is not known here', `The keys are ${keys.join(', ')}.`);
  }
  return map;
}

export function anyMapAt(place: Place, value: unknown): YamlMap {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as YamlMap;
  throw place.error(`It is ${shapeOf(value)}`, 'Write a map.');
}

export function textAt(place: Place, value: unknown, form = /^\S/s): string {
  if (typeof value === 'string' && form.test(value)) return value.trim();
  throw place.error(`It is ${shapeOf(value)}`, `Write a text${form.source === '^\\S' ? '' : ` like ${form.source}`}.`);
}

export function optionalTextAt(place: Place, value: unknown, form?: RegExp): string | undefined {
  return value === undefined ? undefined : textAt(place, value, form);
}

export function oneOf<T extends string>(place: Place, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw place.error(`It is ${shapeOf(value)}`, `Write one of ${choices.join(', ')}.`);
}

/** A list of texts, without repetitions. */
export function textsAt(place: Place, value: unknown, { atLeast }: { atLeast: number }): string[] {
  if (value === undefined && atLeast === 0) return [];
  if (!Array.isArray(value) || value.length < atLeast)
    throw place.error(`It is ${shapeOf(value)}`, `Write a list of at least ${atLeast}.`);
  const texts = value.map((one, at) => textAt(place.at(at), one));
  const again = texts.find((text, at) => texts.indexOf(text) !== at);
  if (again !== undefined) throw place.error(`“${again}” is in the list twice`, 'Write it once.');
  return texts;
}
