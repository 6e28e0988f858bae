// Plays seeds on an engine with one planted bug until a promise breaks, one of them first: node test/mutations/hunt.ts NAME SEEDS FIRST
import { registerHooks } from 'node:module';
import { plant, ROOT } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

const [name, seeds, first] = process.argv.slice(2);
const mutation = MUTATIONS.find((one) => one.name === name);
if (!mutation) throw new Error(`no mutation is named ${name}`);
const place = new URL(mutation.file, ROOT).href;
registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (url !== place) return loaded;
    return { ...loaded, source: plant(mutation, String(loaded.source)) };
  },
});

const { simulate } = await import('../simulation/simulate.ts');
const all = Array.from({ length: Number(seeds) }, (_, at) => at + 1);
let found: { seed: number; failure: string } | undefined;
for (const seed of [Number(first), ...all]) {
  const { failures } = await simulate(seed);
  if (failures[0] === undefined) continue;
  found = { seed, failure: failures[0] };
  break;
}
console.log(JSON.stringify(found ?? {}));
