import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Event } from '../evaluate/values.ts';
import { mapAt, optionalTextAt, textAt } from '../parts.ts';
import type { Rule } from '../rule.ts';
import { Place, shapeOf } from '../rule-error.ts';
import { goldenEvent, inSeries, type Series } from './golden-event.ts';

const ROOT = join(import.meta.dirname, '../../../..');

/** What shows that a rule fires when it should, and only then. */
export interface Proof {
  readonly fires: readonly ProofCase[];
  /** Events that are different in the one thing that matters. */
  readonly misses: readonly ProofCase[];
}

export interface ProofCase {
  readonly what: string;
  readonly events: readonly Event[];
}

const DURATION = /^(?:0|[1-9]\d*)[smhd]$/;

/** Reads the proof of a rule: the file of the same name below `content/proofs`. */
export function readProof({ file }: Pick<Rule, 'file'>): Proof {
  const path = file.replace('content/sigma/', 'content/proofs/');
  const place = new Place(path);
  if (!existsSync(join(ROOT, path)))
    throw place.error('The rule has no proof', 'Write fires and misses, with golden events.');
  const proof = mapAt(place, parse(readFileSync(join(ROOT, path), 'utf8')), ['fires', 'misses']);
  return { fires: casesAt(place.at('fires'), proof.fires), misses: casesAt(place.at('misses'), proof.misses) };
}

function casesAt(place: Place, value: unknown): ProofCase[] {
  return listAt(place, value).map((one, at) => {
    const here = place.at(at);
    const map = mapAt(here, one, ['what', 'events']);
    const events = listAt(here.at('events'), map.events).flatMap((event, of) =>
      eventsAt(here.at('events').at(of), event),
    );
    return { what: textAt(here.at('what'), map.what), events };
  });
}

/** Reads `{ golden: source/stream/case 2, at: 5m, times: 10, every: 1m, set: { user.id: '7' } }`. */
function eventsAt(place: Place, value: unknown): Event[] {
  const map = mapAt(place, value, ['golden', 'at', 'times', 'every', 'set']);
  const event = goldenEvent(place.at('golden'), textAt(place.at('golden'), map.golden));
  const at = optionalTextAt(place.at('at'), map.at, DURATION);
  const every = optionalTextAt(place.at('every'), map.every, DURATION);
  const times = map.times ?? 1;
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1)
    throw place.at('times').error(`It is ${shapeOf(times)}`, 'Write a whole number.');
  const series: Series = {
    times,
    ...(at !== undefined && { at }),
    ...(every !== undefined && { every }),
    set: map.set === undefined ? {} : mapAt(place.at('set'), map.set, Object.keys(map.set ?? {})),
  };
  return inSeries(event, series);
}

function listAt(place: Place, value: unknown): unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw place.error(`It is ${shapeOf(value)}`, 'Write a list with at least one entry.');
}
