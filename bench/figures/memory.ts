import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deliveringAs, deliverLog, logOf, runOf } from '../lab/backlog.ts';
import type { Lab } from '../lab/lab.ts';
import type { Row } from '../report/row.ts';
import type { BenchSource } from '../sources/find.ts';
import type { Bench, Figure } from './figure.ts';

/** Size of the process after a backlog, and after one that is ten times as long: with the heap's limit of the deployment, and without. */
export const memory: Figure = { name: 'memory', inSmall: true, measure };

const TIMES = 10;
/** The smoke form's backlogs are short: the heap is still growing to its usual size. */
const TIMES_IN_SMALL = 3;

async function measure({ lab, sources, events, isSmall }: Bench): Promise<Row[]> {
  const [source] = sources.toSorted(
    (one, other) => Object.keys(other.formats).length - Object.keys(one.formats).length,
  );
  if (!source) return [];
  const limit = heapLimit(lab);
  const times = isSmall ? TIMES_IN_SMALL : TIMES;
  const rows: Row[] = [];
  for (const execArgv of isSmall ? [limit] : limit.length > 0 ? [limit, []] : [[]]) {
    const [short, long] = [
      await peak(lab, source, events, execArgv),
      await peak(lab, source, events * times, execArgv),
    ];
    const how = execArgv.length > 0 ? execArgv.join(' ') : 'no heap flag';
    rows.push({ figure: 'memory', name: `${source.id}, ${events} events, ${how}`, value: short, unit: 'MB' });
    const row: Row = {
      figure: 'memory',
      name: `${source.id}, ${events * times} events, ${how}`,
      value: long,
      unit: 'MB',
    };
    rows.push(
      { ...row, target: { most: execArgv.length > 0 ? 180 : 220 } },
      {
        ...row,
        name: `${row.name}: growth`,
        to: { name: `${events} events`, ratio: long / short },
        target: { most: 1.1 },
      },
    );
  }
  return rows;
}

async function peak(lab: Lab, source: BenchSource, events: number, execArgv: readonly string[]): Promise<number> {
  const subject = await lab.startHandler(source, { environment: deliveringAs('raw'), execArgv });
  const how = { subject, shape: logOf(events), input: runOf(lab, source) };
  return (await deliverLog(lab, source, how).finally(() => subject.stop())).measured.peak;
}

/** The limits of the heap that the deployment gives to Node. */
function heapLimit({ shop }: Lab): string[] {
  const folder = join(shop.root, 'lib/functions');
  const texts = globSync('*.ts', { cwd: folder }).map((name) => readFileSync(join(folder, name), 'utf8'));
  return [...new Set(texts.flatMap((text) => text.match(/--max-[a-z-]+-size=\d+/g) ?? []))];
}
