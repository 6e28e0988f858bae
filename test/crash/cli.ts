// Kills the real program at every step of every kind of stream, and writes what came of it: npm run crashes [-- --only WORD] [--out FILE]
// Kind by kind: what it has found of one takes the place of what the file said of it before.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Kind } from './kind.ts';
import { KINDS } from './kinds.ts';
import { Arena, type Blow, BUDGET_MS, isKept, type Outcome } from './matrix.ts';
import { STEPS, type Step } from './steps.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    out: { type: 'string', default: 'docs/crash-matrix.md' },
    'at-once': { type: 'string', default: '6' },
  },
});

const HEAD = `# What a crash costs

The real handlers run with the AWS SDK against the embedded services, each in a process of its own. The process of the handler is killed (SIGKILL) at each step: once *before* the other side has
carried it out, and once *after* it, when only the answer is missing. This is done for the first step of its kind in a run and for the last. The next run is started at once, again and again, and finds
the lease of the dead worker.

| column | meaning |
|---|---|
| \`lost\` | records of the vendor that never arrive |
| \`made up\` | events with an id that no record of the vendor has, for example because a record arrived under a second id |
| \`in flight\` | events that Firehose had accepted from the killed worker and that were not remembered yet |
| \`repeated\` | events that arrive again, with the same \`event.id\`. Only what was in flight may. \`+ n\`: another worker, which was not killed, reached the end of its time with n events in flight, which is the other cause of repetitions |
| \`progress\` | seconds from the kill until progress is recorded again. A lease lasts until the end of its worker's time (${BUDGET_MS / 1_000} s here) and 5 s more. After a worker died in a sign-in, nobody signs in for a minute, because nobody knows whether the sign-in was refused |

Made by \`npm run crashes\`.
`;

let bad = 0;
for (const kind of KINDS.filter(({ name, stream }) => `${name} ${stream}`.includes(values.only))) {
  const arena = await Arena.open(kind);
  try {
    const counts = await arena.count();
    const steps = stepsOf(kind, counts);
    const blows = steps.flatMap((step): Blow[] => {
      const last = counts.get(step) ?? 0;
      // How often a run looks something up hangs on where it has got to.
      const which = last > 1 && step !== 'seen read' ? [1, last] : [1];
      return which.flatMap((nth) => [
        { step, nth, moment: 'before' as const },
        { step, nth, moment: 'after' as const },
      ]);
    });
    const outcomes = await arena.strike(blows, Number(values['at-once']));
    // A run that was slower, or quicker, than the one that counted has another number of steps: there was no such last one.
    bad += outcomes.filter((one) => !isKept(one) && (one.struck || one.blow.nth === 1)).length;
    const found = section(titleOf(kind), outcomes, steps);
    console.log(found);
    await writeFile(values.out, await pageWith(kind, found));
  } finally {
    await arena.close();
  }
}
process.exitCode = bad > 0 ? 1 : 0;

/**
 * The steps that are struck. A step that a kind does not name would be struck by nobody; one that does not come by, by nothing. Only
 * whether a commit was due before the end of a run depends on how long the run took.
 */
function stepsOf({ name, steps }: Kind, counts: ReadonlyMap<Step, number>): readonly Step[] {
  const always = [...counts.keys()].filter((step) => step !== 'checkpoint committed');
  const told = (list: Iterable<Step>) => [...new Set(list)].sort().join(', ');
  if (told(steps) !== told(always)) {
    throw new Error(`${name}: its steps are ${told(always)}; it names ${told(steps)}`);
  }
  return counts.has('checkpoint committed') ? [...steps, 'checkpoint committed'] : steps;
}

function titleOf({ source, stream, name }: Kind): string {
  return `## ${source}/${stream}: ${name}`;
}

/** The page, in which one kind's section is another; in the order of the kinds. */
async function pageWith(kind: Kind, found: string): Promise<string> {
  const before = await readFile(values.out, 'utf8').catch(() => '');
  const known = before.split(/^(?=## )/m);
  const sections = KINDS.flatMap((one) => {
    if (one === kind) return [found];
    return known.filter((text) => text.startsWith(`${titleOf(one)}\n`)).map((text) => `${text.trimEnd()}\n`);
  });
  return `${HEAD}\n${sections.join('\n')}`;
}

function section(title: string, outcomes: readonly Outcome[], steps: readonly string[]): string {
  const order = (one: Outcome) =>
    STEPS.indexOf(one.blow.step) * 1e6 + one.blow.nth * 2 + (one.blow.moment === 'after' ? 1 : 0);
  const rows = [...outcomes].sort((one, other) => order(one) - order(other)).map(row);
  const none = STEPS.filter((step) => !steps.includes(step));
  return [
    title,
    '',
    '| step | which | killed | lost | made up | in flight | repeated | progress |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
    `Steps that do not occur: ${none.join(', ')}.`,
    '',
  ].join('\n');
}

function row(outcome: Outcome): string {
  const { blow, struck, lost, invented, inFlight, repeated, repeatedByOthers, progressMs, ended } = outcome;
  const progress = progressMs === undefined ? '-' : `${Math.round(progressMs / 1_000)} s`;
  const what = struck ? blow.moment : `${blow.moment} (did not come by)`;
  const again = `${repeated - repeatedByOthers}${repeatedByOthers > 0 ? ` + ${repeatedByOthers}` : ''}`;
  const end = ended === 'caught-up' ? '' : ` (${ended})`;
  return `| ${blow.step} | ${blow.nth === 1 ? 'first' : 'last'} | ${what} | ${lost} | ${invented} | ${inFlight} | ${again} | ${progress}${end} |`;
}
