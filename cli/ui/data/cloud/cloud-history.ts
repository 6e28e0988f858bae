import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { type Metric, metricNamespace } from '../../../../functions/core/metrics.ts';
import { sayAwsError } from '../../../cloud/aws-error.ts';
import type { Chart, History as HistoryView } from '../../api-types.ts';
import { largest } from '../history.ts';
import { titleOf } from '../place.ts';
import type { CloudPlace } from './cloud-place.ts';

/** Seconds from one point to the next, and the number of points. CloudWatch keeps minutes for 15 days, and five minutes for longer. */
const RANGES = {
  hour: { step: 60, points: 60 },
  day: { step: 900, points: 96 },
  week: { step: 3_600, points: 168 },
} as const;

export type CloudRange = keyof typeof RANGES;

/** Maximum number of queries in one call. */
const MAX_QUERIES = 500;
const MINUTE_SECONDS = 60;

/** A line of a chart: its label, and the dimensions of its metric. */
interface Line {
  readonly label: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * Throughput and lag of a deployment over time, as CloudWatch knows them: by source, or of one feed, or of all feeds where
 * `perFeedMetrics` is on.
 *
 * @param now milliseconds since 1970
 */
export async function cloudHistory(
  place: CloudPlace,
  range: CloudRange,
  { by, feed, now }: { readonly by: 'source' | 'feed'; readonly feed: string; readonly now: number },
): Promise<HistoryView> {
  const { step, points } = RANGES[range];
  const { perFeedMetrics } = place.config.deployment;
  const lines = perFeedMetrics && (by === 'feed' || feed !== '') ? feedLines(place, feed) : sourceLines(place);
  const end = Math.floor(now / 1_000 / step) * step;
  const times = Array.from({ length: points }, (_, at) => end - (points - at) * step);
  const delivered = await read(place, { lines, metric: 'Delivered', statistic: 'Sum', step, times });
  const lag = await read(place, { lines, metric: 'LagSeconds', statistic: 'Maximum', step, times });
  const perMinute = delivered.map(({ label, values }) => ({
    label,
    values: values.map((value) => (value === null ? 0 : (value * MINUTE_SECONDS) / step)),
  }));
  return {
    step,
    unit: 'events a minute',
    throughput: { times, series: largest(perMinute) },
    lag: { times, series: largest(lag) },
    remark: perFeedMetrics
      ? 'From CloudWatch.'
      : 'From CloudWatch, by source. With deployment.perFeedMetrics in tidemark.json there are figures for each feed.',
  };
}

function sourceLines(place: CloudPlace): Line[] {
  const sources = [...new Set(place.config.connections.map(({ source }) => source))];
  return sources.map((source) => ({ label: titleOf(place, source), dimensions: { source } }));
}

function feedLines({ feeds }: CloudPlace, only: string): Line[] {
  return feeds
    .map(({ feed }) => ({ label: feed.name, dimensions: { source: feed.source.id, feed: feed.name } }))
    .filter(({ label }) => only === '' || label === only);
}

interface Question {
  readonly lines: readonly Line[];
  readonly metric: Metric;
  readonly statistic: string;
  readonly step: number;
  readonly times: readonly number[];
}

async function read({ account, config }: CloudPlace, question: Question): Promise<Chart['series'][number][]> {
  const { lines, metric, statistic, step, times } = question;
  const client = new CloudWatchClient(account.clientOptions);
  const queries = lines.map(
    ({ dimensions }, at): MetricDataQuery => ({
      Id: `m${at}`,
      MetricStat: {
        Metric: {
          Namespace: metricNamespace(config.deployment.stackPrefix),
          MetricName: metric,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
        Period: step,
        Stat: statistic,
      },
    }),
  );
  const found = new Map<string, Map<number, number>>();
  for (let at = 0; at < queries.length; at += MAX_QUERIES) {
    const part = queries.slice(at, at + MAX_QUERIES);
    await readPart(client, part, { times, step }, found);
  }
  return lines.map(({ label }, at) => {
    const values = found.get(`m${at}`);
    return { label, values: times.map((time) => values?.get(time) ?? null) };
  });
}

async function readPart(
  client: CloudWatchClient,
  queries: MetricDataQuery[],
  { times, step }: Pick<Question, 'times' | 'step'>,
  found: Map<string, Map<number, number>>,
): Promise<void> {
  let NextToken: string | undefined;
  do {
    const command = new GetMetricDataCommand({
      MetricDataQueries: queries,
      StartTime: new Date((times[0] ?? 0) * 1_000),
      EndTime: new Date(((times.at(-1) ?? 0) + step) * 1_000),
      NextToken,
    });
    const answer = await client.send(command).catch((thrown: unknown) => {
      throw sayAwsError('The metrics cannot be read', thrown);
    });
    for (const { Id = '', Timestamps = [], Values = [] } of answer.MetricDataResults ?? []) {
      const values = found.get(Id) ?? new Map<number, number>();
      found.set(Id, values);
      for (const [at, time] of Timestamps.entries()) values.set(time.getTime() / 1_000, Values[at] ?? 0);
    }
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
}
