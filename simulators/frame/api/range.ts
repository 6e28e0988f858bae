import { type Micros, readStamp } from '../moments.ts';
import { Refusal } from './replies.ts';

/** Whether a time exactly on a bound belongs to the range. */
export const BOUNDS = ['half-open', 'inclusive', 'exclusive'] as const;
export type Bounds = (typeof BOUNDS)[number];

/** A range of time that a client asks for. */
export interface Range {
  readonly from: Micros;
  readonly to: Micros;
}

/** Reads a range from two parameters, each of which may be missing. */
export function readRange(parameters: URLSearchParams, names: readonly [string, string], otherwise: Range): Range {
  const [from, to] = names.map((name) => {
    const text = parameters.get(name);
    const micros = text === null ? undefined : readStamp(text);
    if (text !== null && micros === undefined) throw new Refusal(400, `${name} must be an ISO 8601 time in UTC`);
    return micros;
  });
  const range = { from: from ?? otherwise.from, to: to ?? otherwise.to };
  if (from !== undefined && to !== undefined && from > to)
    throw new Refusal(400, `${names[0]} must not be after ${names[1]}`);
  return range;
}

/** Whether a time lies in a range. */
export function isWithin(micros: Micros, { from, to }: Range, bounds: Bounds): boolean {
  if (bounds === 'exclusive') return micros > from && micros < to;
  return micros >= from && (bounds === 'inclusive' ? micros <= to : micros < to);
}
