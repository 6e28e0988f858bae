import { spawn } from 'node:child_process';
import { once as event } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../report/row.ts';
import type { Bench, Figure } from './figure.ts';

/** Time of the first run on a person's machine: everything that the simulators hold, from a fresh state. */
export const once: Figure = { name: 'once', measure };

/** Seconds of version 0.1.0, most of which it waits for the pace of one vendor. */
const BEFORE = 41;

async function measure({ lab }: Bench): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-once-'));
  try {
    const start = performance.now();
    const args = [join(lab.shop.root, 'cli/cli.ts'), 'run', '--once', '--json'];
    const [code] = await event(spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' }), 'exit');
    if (code !== 0) throw new Error(`The run of the simulators ended with ${code}.`);
    const seconds = (performance.now() - start) / 1_000;
    const to = { name: `version 0.1.0, ${BEFORE} s`, ratio: seconds / BEFORE };
    return [{ figure: 'once', name: 'all simulators', value: seconds, unit: 's', to, target: { most: 0.5 } }];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
