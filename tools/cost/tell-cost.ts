import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TidemarkError } from '../../functions/core/errors.ts';
import { MILLISECOND } from '../../functions/core/time.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { readConfig } from '../../lib/plan/read-config.ts';
import { drawnFor } from './drawn.ts';
import { madeUpConfig } from './made-up.ts';
import { isMeasured } from './measured.ts';
import { aligned, dollars, NOTE, REGION_NOTE, type Report, reportOf, rowsOf } from './report.ts';
import type { Load } from './sums.ts';

const HELP = `npm run cost -- [options]: estimates what a month costs in an AWS account.

  --connections N        number of connections (3), spread evenly over the measured sources unless --source ID selects one
  --source ID            only connections to this source
  --destinations N       number of archives in S3 (1)
  --config FILE          in place of these three, what a tidemark.json deploys: its schedules, alarms, memory, destinations
  --events-per-day N     for all connections together (10000)
  --bytes N              size of a delivered event (1200)
  --seconds-per-run S    average duration of an invocation; without it, it is estimated (docs/cost.md)
  --region-note          also print a note about other Regions
  --json                 the result as JSON
`;

const OPTIONS = {
  connections: { type: 'string', default: '3' },
  source: { type: 'string' },
  destinations: { type: 'string', default: '1' },
  config: { type: 'string' },
  'events-per-day': { type: 'string', default: '10000' },
  bytes: { type: 'string', default: '1200' },
  'seconds-per-run': { type: 'string' },
  'region-note': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Returns what the command prints for these arguments. */
export async function tellCost(args: readonly string[]): Promise<string> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) return HELP;
  const sources = await findSources();
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const config =
    values.config === undefined
      ? madeUpConfig(
          {
            connections: number('connections', values.connections, 1, 100_000),
            destinations: number('destinations', values.destinations, 1, 20),
            ...(values.source !== undefined && { source: values.source }),
          },
          values.source === undefined ? sources.filter(isMeasured) : sources,
        )
      : readConfig(values.config, root, sources, Date.now() * MILLISECOND).config;
  const load = {
    eventsPerDay: number('events-per-day', values['events-per-day'], 0, 10_000_000_000),
    bytes: number('bytes', values.bytes, 2, 1_000_000),
  };
  const seconds = values['seconds-per-run'];
  const assumptions = seconds === undefined ? {} : { secondsPerRun: fraction('seconds-per-run', seconds) };
  const report = reportOf(drawnFor(config, sources, DESTINATION_TYPES), load, assumptions);
  return values.json
    ? `${JSON.stringify(report, null, 2)}\n`
    : textOf(report, config.connections.length, load, values['region-note']);
}

function textOf(report: Report, connections: number, { eventsPerDay, bytes }: Load, withRegionNote: boolean): string {
  return [
    `${connections} connections, ${eventsPerDay} events a day of ${bytes} bytes`,
    '',
    aligned(rowsOf(report)),
    '',
    `A query of the last seven days of an archive: ${dollars(report.query)} each.`,
    ...report.notes,
    ...report.warnings.map((warning) => `Warning: ${warning}`),
    NOTE,
    ...(withRegionNote ? [REGION_NOTE] : []),
    '',
  ].join('\n');
}

function number(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw wrong(option, text, `a whole number from ${min} to ${max}`);
}

function fraction(option: string, text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 900) return value;
  throw wrong(option, text, 'seconds, above 0 and up to 900');
}

function wrong(option: string, text: string, wanted: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `--${option}: there is ${JSON.stringify(text)}, wanted ${wanted}.`,
    remedy: 'npm run cost -- --help says what each option is.',
  });
}
