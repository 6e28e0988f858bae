import { readFileSync, writeFileSync } from 'node:fs';
import type { Finder } from './find-bug.ts';
import { ROOT } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

const FILE = new URL('measured/finders.json', ROOT);

/** What found each bug when it was written down, by the bug's name. */
export function knownFinders(): Map<string, Finder> {
  return new Map(Object.entries(JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Finder>));
}

export function rememberFinders(finders: ReadonlyMap<string, Finder>): void {
  const known = MUTATIONS.flatMap(({ name }) => {
    const finder = finders.get(name);
    return finder === undefined ? [] : [[name, finder]];
  });
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(known.sort()), null, 2)}\n`);
}
