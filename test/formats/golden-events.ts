import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { findSources } from '../../lib/plan/find-sources.ts';

const ROOT = join(import.meta.dirname, '../..');
const VENDORS: ReadonlySet<string> = new Set((await findSources()).map(({ id }) => id));

/** The expected events of all golden cases by stream, as `<source>/<stream>`, and Tidemark's own. */
export const GOLDEN_EVENTS: readonly (readonly [stream: string, events: readonly EcsEvent[]])[] = [
  ...byStream(globSync('functions/sources/*/fixtures/*/*.ecs.json', { cwd: ROOT })),
  ['own events', eventsIn('test/formats/fixtures/own-events.ecs.json')],
];

/** The paths of all values of an event that are neither list nor object, and of lists. What is in a vendor's own object is left out. */
export function fieldsOf(event: object): string[] {
  return Object.entries(event).flatMap(([name, value]) => (VENDORS.has(name) ? [] : pathsIn(value, name)));
}

/** The value at a path, such as `user.name`. */
export function valueAt(event: object, path: string): unknown {
  let found: unknown = event;
  for (const name of path.split('.')) found = (found as Readonly<Record<string, unknown>> | undefined)?.[name];
  return found;
}

function pathsIn(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, `${path}.${name}`));
}

function byStream(files: readonly string[]): (readonly [string, readonly EcsEvent[]])[] {
  const streams = Map.groupBy(files.toSorted(), (file) => {
    const [, , source, , stream] = file.split('/');
    return `${source}/${stream}`;
  });
  return [...streams].map(([stream, of]) => [stream, of.flatMap(eventsIn)]);
}

function eventsIn(file: string): EcsEvent[] {
  return [JSON.parse(readFileSync(join(ROOT, file), 'utf8'))].flat() as EcsEvent[];
}
