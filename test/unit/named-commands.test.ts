import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../cli/commands.ts';
import { describeCommandLine } from '../../simulators/command-line.ts';
import { findSimulators } from '../../simulators/find-simulator.ts';

// Alarms, errors and documents name commands to somebody who is in a hurry: each has to be there, and to take what is said.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FILES = ['README.md', 'docs/**/*.md', 'lib/**/*.ts', 'functions/**/*.ts', '{cli,local,simulators,tools}/**/*.ts'];
const NAMED = /(?:npx )?\btidemark (?<name>[a-z]+)(?<rest>(?:(?!\. )[^`'"\n;|])*)/g;
/** Words that may follow the name where it is no command. */
const PROSE = new Set(COMMANDS.flatMap(({ name }) => name.split(' ', 1)));

/** What a command that passes its options on may be given: the options and faults of the simulators. */
const PASSED_ON = (await findSimulators()).flatMap((simulator) =>
  [...describeCommandLine(simulator).matchAll(/^ +--([a-z-]+)/gm)].map(([, option]) => option ?? ''),
);

function optionsOf(name: string): Set<string> | undefined {
  const named = COMMANDS.filter((command) => command.name.split(' ', 1)[0] === name);
  if (named.length === 0) return undefined;
  const flags = named.flatMap(({ options }) => options.map(({ flags }) => flags.slice(2).split(' ', 1)[0] as string));
  return new Set([...flags, 'help', ...(named.some(({ passesOn }) => passesOn) ? PASSED_ON : [])]);
}

function namedIn(file: string): { file: string; said: string; name: string; options: string[] }[] {
  const text = readFileSync(`${ROOT}${file}`, 'utf8');
  return [...text.matchAll(NAMED)].flatMap((found) => {
    const { name = '', rest = '' } = found.groups ?? {};
    const options = [...rest.matchAll(/--([a-z-]+)/g)].map(([, option]) => option ?? '');
    const isCommand = found[0].startsWith('npx ') || options.length > 0 || PROSE.has(name);
    return isCommand ? [{ file, said: found[0], name, options }] : [];
  });
}

test('every command that is named anywhere is there, with the options that are named', () => {
  const all = FILES.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).flatMap(namedIn);

  const wrong = all.filter(({ name, options }) => {
    const known = optionsOf(name);
    return !known || options.some((option) => !known.has(option));
  });

  expect(all.length).toBeGreaterThan(40);
  expect(wrong).toEqual([]);
});
