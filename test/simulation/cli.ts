import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';
import { tell } from './tell.ts';

const HELP = `npm run simulate -- [--seeds N] [--from S] [--tell]

  --seeds N   how many seeds to play (1000)
  --from S    the first of them (1)
  --tell      the whole story of each seed that fails, in place of its first broken promise

At the end: how often each kind of trouble struck. Exit code 1 when a promise was broken.`;
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    tell: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}
const [first, count] = [Number(values.from), Number(values.seeds)];
/** A fault of the engine fails many seeds; a few of them tell enough. */
const MOST_SHOWN = 20;
const started = performance.now();
const totals = new Map<string, number>();
const failed: number[] = [];
for (let seed = first; seed < first + count; seed++) {
  const { failures, counts } = await simulate(seed);
  for (const [kind, times] of counts) totals.set(kind, (totals.get(kind) ?? 0) + times);
  if (failures.length === 0) continue;
  failed.push(seed);
  if (failed.length > MOST_SHOWN) continue;
  console.log(
    values.tell
      ? await tell(seed)
      : `seed ${seed}: ${failures[0]}${failures.length > 1 ? ` (and ${failures.length - 1} more)` : ''}`,
  );
}
console.log(
  `${count} seeds from ${first} in ${((performance.now() - started) / 1_000).toFixed(1)} s, ${failed.length} failed: ${failed.slice(0, 200).join(' ')}`,
);
console.log([...totals].map(([kind, times]) => `${kind} ${times}`).join(', '));
process.exitCode = failed.length > 0 ? 1 : 0;
