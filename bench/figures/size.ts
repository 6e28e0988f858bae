import { fileURLToPath } from 'node:url';
import type { Bundle } from '../lab/bundle.ts';
import { Child } from '../lab/child.ts';
import type { Lab } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { Bench, Figure } from './figure.ts';
import { inTurns, median } from './rounds.ts';

/** What a cold start loads: the size of the bundle, and the processor time that its import takes. */
export const size: Figure = { name: 'size', measure };

/** Imports are short, so they are repeated more often than backlogs. */
const IMPORTS_A_ROUND = 4;

async function measure({ lab, sources, rounds }: Bench): Promise<Row[]> {
  const bundles = new Map([['sdk', await lab.program('sdk-clients')]]);
  for (const source of sources) bundles.set(source.id, await lab.handler(source));
  const cases = new Map([...bundles].map(([name, bundle]) => [name, () => importTime(lab, bundle)]));
  const times = new Map(
    [...(await inTurns(rounds * IMPORTS_A_ROUND, cases))].map(([name, all]) => [name, median(all)]),
  );
  const sdk = times.get('sdk') ?? 0;
  return [
    { figure: 'size', name: 'the three SDK clients: import', value: sdk, unit: 'ms' },
    ...sources.flatMap(({ id }): Row[] => [
      {
        figure: 'size',
        name: `${id}: bundle`,
        value: (bundles.get(id)?.bytes ?? 0) / 1_000,
        unit: 'KB',
        target: { most: 950 },
        counted: true,
      },
      {
        figure: 'size',
        name: `${id}: import`,
        value: times.get(id) ?? 0,
        unit: 'ms',
        to: { name: 'SDK clients', ratio: (times.get(id) ?? 0) / sdk },
        target: { most: 1.7 },
      },
    ]),
  ];
}

/** Milliseconds of the processor, in a new process. */
async function importTime(lab: Lab, { url }: Bundle): Promise<number> {
  const program = await lab.program('import-time');
  const { child, first } = await Child.start<object, number>(fileURLToPath(program.url), { args: [url] });
  await child.stop();
  return first;
}
