import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Answers } from '../../../tools/new-source/answers.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/vendors');
const ENDING = '.txt';

/** Vendors that somebody has decided everything about: what they answered, and what they then wrote into the files of the scaffold. */
export const DECIDED: readonly Answers[] = [
  { id: 'okta-like', name: 'Okta Like', stream: 'system-log', auth: 'header', paging: 'link' },
  {
    id: 'posted-query',
    name: 'Posted Query',
    stream: 'activities',
    auth: 'oauth2-client-credentials',
    paging: 'cursor',
  },
];

/** The files that were changed, with their texts, by path from the root of the project. */
export function decisionsOf(id: string): Map<string, string> {
  const root = join(FOLDER, id);
  return new Map(
    globSync(`**/*${ENDING}`, { cwd: root }).map((path) => [
      path.split(sep).join('/').slice(0, -ENDING.length),
      readFileSync(join(root, path), 'utf8'),
    ]),
  );
}

/** The lines of code that a person has written: those that are in none of the scaffold's lines of the same file. */
export function decidedLines(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...after].flatMap(([path, text]) => {
    const there = linesOf(before.get(path) ?? '');
    return path.endsWith('.ts') ? linesOf(text).filter((line) => !there.includes(line)) : [];
  });
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /\w/.test(line));
}
