// Gives the parsers what they should never get, for as long as one likes: npm run fuzz -- [--seconds N] [--seed S] [--only NAME]
import { parseArgs } from 'node:util';
import { type Tried, tryOnce } from './fuzz.ts';
import { findTargets } from './targets.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(
    'npm run fuzz -- [--seconds N] [--seed S] [--only NAME]: mutated answers, orders and configurations, case by case.',
  );
  process.exit(0);
}
const targets = (await findTargets()).filter(({ name }) => name.includes(values.only));
if (targets.length === 0) throw new Error(`no target is named ${values.only}`);
const tried = new Map<string, Tried>();
const end = performance.now() + Number(values.seconds) * 1_000;
let seed = Number(values.seed);
let broken = 0;
for (; performance.now() < end && broken < 10; seed++) {
  for (const target of targets) {
    const one = tried.get(target.name) ?? { target: target.name, cases: 0, slowestMs: 0 };
    tried.set(target.name, one);
    const found = tryOnce(target, seed, one);
    if (!found) continue;
    broken++;
    console.log(
      `${found.target}, seed ${found.seed}: ${found.why}\n  given: ${JSON.stringify(found.text.slice(0, 2_000))}`,
    );
  }
}
const all = [...tried.values()];
const slowest = all.reduce((one, other) => (other.slowestMs > one.slowestMs ? other : one));
const cases = all.reduce((sum, one) => sum + one.cases, 0);
console.log(
  `${cases} cases, ${all.length} targets, seeds ${values.seed} to ${seed - 1}; the slowest took ${slowest.slowestMs.toFixed(0)} ms (${slowest.target}); ${broken} broken`,
);
process.exitCode = broken > 0 ? 1 : 0;
