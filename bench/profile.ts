import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { FormatId } from '../functions/core/model.ts';
import { deliverByFloor, deliveringAs, deliverLog, logOf, runOf } from './lab/backlog.ts';
import { Lab } from './lab/lab.ts';
import { hottest, type Profile } from './report/hottest.ts';
import type { FloorInput } from './subjects/floor.ts';

// Where the time goes: one backlog, from the bundle with its functions' names, under Node's own profiler.

const { values } = parseArgs({
  options: {
    source: { type: 'string' },
    format: { type: 'string', default: 'ecs' },
    /** In place of a format: the floor of this kind. */
    floor: { type: 'string' },
    events: { type: 'string', default: '100000' },
    top: { type: 'string', default: '40' },
    out: { type: 'string' },
    root: { type: 'string', default: fileURLToPath(new URL('../', import.meta.url)) },
  },
});
const lab = await Lab.open({ root: resolve(values.root), minify: false });
const out = resolve(values.out ?? join(lab.shop.folder, 'profiles'));
try {
  const ids = lab.sources.map(({ id }) => id);
  const source = lab.sources.find(({ id }) => id === values.source);
  if (!source) throw new Error(`--source is ${values.source}, wanted one of ${ids.join(', ')}.`);
  const shape = logOf(Math.round(Number(values.events) * source.share));
  mkdirSync(out, { recursive: true });
  for (const old of globSync('*.cpuprofile', { cwd: out })) rmSync(join(out, old));
  const execArgv = ['--cpu-prof', `--cpu-prof-dir=${out}`, '--cpu-prof-interval=500'];
  const formats = values.format.split(',') as FormatId[];
  const subject = values.floor
    ? await lab.startFloor(source, execArgv)
    : await lab.startHandler(source, { environment: deliveringAs(...formats), execArgv });
  const { measured, events } = values.floor
    ? await deliverByFloor(lab, source, { subject, shape, kind: values.floor as FloorInput['kind'], pagesAFlush: 1 })
    : await deliverLog(lab, source, { subject, shape, input: runOf(lab, source), copies: formats.length });
  await subject.stop();
  const [name = ''] = globSync('*.cpuprofile', { cwd: out });
  const profile = JSON.parse(readFileSync(join(out, name), 'utf8')) as Profile;
  process.stdout.write(hottest(profile, events, Number(values.top)));
  process.stdout.write(
    `processor time of the process: ${((measured.processor * 1_000) / events).toFixed(1)} us an event\n`,
  );
  if (values.out) process.stdout.write(`${join(out, name)}\n`);
} finally {
  await lab.close();
}
