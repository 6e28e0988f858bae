// Plants one bug after the other, each in an engine of its own, and says what finds it. Ends with 1 when one survives or fits no more.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Copy } from './copy.ts';
import { type Finder, findBug, passesAlone } from './find-bug.ts';
import { knownFinders, rememberFinders } from './finders.ts';
import { type Mutation, plant, sourceOf } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

const HELP = `npm run mutants -- [--only NAME] [--seeds N] [--remember] [--list]

What found a bug before (measured/finders.json) is tried first. If it finds the bug no more, everything else is tried.

  --only NAME   only mutations whose name contains this
  --seeds N     play so many seeds before a bug counts as not found (3000)
  --remember    write down what finds each, to be tried first from now on
  --list        say what each would do to a user, and plant none`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '3000' },
    remember: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const chosen = MUTATIONS.filter(({ name }) => name.includes(values.only));
const width = Math.max(...MUTATIONS.map(({ name }) => name.length));
const finders = knownFinders();

if (values.help) console.log(HELP);
else if (values.list) for (const { name, story } of chosen) console.log(`${name.padEnd(width)}  ${story}`);
else if (chosen.length === 0) {
  console.error(`no mutation is named ${values.only}`);
  process.exitCode = 2;
} else await huntAll();

async function huntAll(): Promise<void> {
  console.log(`${'mutation'.padEnd(width)}  ${'caught by'.padEnd(38)}  seconds`);
  const missed: string[] = [];
  const waiting = [...chosen];
  const huntOn = async () => {
    const copy = new Copy();
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { isFound, line } = await huntOne(next, copy);
      if (!isFound) missed.push(next.name);
      console.log(`${next.name.padEnd(width)}  ${line}`);
    }
    await copy.remove();
  };
  // Each hunt is a process of its own, and most of them keep one processor busy.
  await Promise.all(Array.from({ length: availableParallelism() }, huntOn));
  console.log(
    `${chosen.length - missed.length} of ${chosen.length} found${missed.map((name) => `, not ${name}`).join('')}`,
  );
  if (values.remember) rememberFinders(finders);
  if (missed.length > 0) process.exitCode = 1;
}

async function huntOne(mutation: Mutation, copy: Copy): Promise<{ readonly isFound: boolean; readonly line: string }> {
  try {
    plant(mutation, sourceOf(mutation));
    const first = finders.get(mutation.name);
    const { caughtBy, finder, seconds } = await findBug(mutation, { seeds: Number(values.seeds), first, copy });
    if (values.remember && finder !== first) await remember(mutation, finder, copy);
    const by = typeof finder === 'number' ? `${caughtBy}, seed ${finder}` : (caughtBy ?? 'NOTHING');
    return { isFound: caughtBy !== undefined, line: `${by.padEnd(38)}  ${seconds.toFixed(1)}` };
  } catch (thrown) {
    return { isFound: false, line: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

async function remember({ name, test }: Mutation, finder: Finder | undefined, copy: Copy): Promise<void> {
  const isCertain = typeof finder === 'string' ? await passesAlone(test as string, finder, copy) : true;
  if (finder !== undefined && isCertain) finders.set(name, finder);
  else finders.delete(name);
}
