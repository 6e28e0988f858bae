import { Aws, Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  Dashboard as CdkDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  PeriodOverride,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { deliveryStreamName } from '../../functions/core/config/destination.ts';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import type { Metric } from '../../functions/core/metrics.ts';
import type { Source } from '../../functions/core/model.ts';
import { type DestinationType, typeOf } from '../../functions/destinations/destination-type.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { estimateCost } from './cost-estimate.ts';
import { OVERDUE_FEEDS, WORST_FEEDS } from './log-queries.ts';
import { sourceMetric, streamMetric } from './metrics.ts';

export interface DashboardProps {
  readonly config: Config;
  readonly sources: readonly WatchedSource[];
  readonly destinationTypes: readonly DestinationType[];
  /** Alarms that belong to no source. */
  readonly alarms: readonly Alarm[];
  readonly table: { readonly tableName: string };
}

/** A source with its functions and alarms. */
export interface WatchedSource {
  readonly source: Source;
  /** The function that reads on schedule comes first. */
  readonly functions: readonly [WatchedFunction, ...WatchedFunction[]];
  readonly alarms: readonly Alarm[];
}

export interface WatchedFunction {
  /** What it does: reading, backfill or rotation. */
  readonly name: string;
  readonly made: LambdaFunction;
}

const WIDTH = 24;
const PERIOD = Duration.minutes(15);
/** Maximum number of alarms that CloudWatch takes in one widget. */
const MOST_ALARMS = 100;
/** Maximum number of log groups that Logs Insights takes in one query. */
const MOST_LOG_GROUPS = 50;

const ERRORS: readonly Metric[] = [
  'Failing',
  'Refused',
  'Forbidden',
  'Incomplete',
  'Unreadable',
  'Quarantined',
  'Unmapped',
];

/** What was counted because events are missing, or may be. */
const LOSSES: readonly Metric[] = [
  'Gap',
  'TotalMismatch',
  'NarrowSight',
  'ScopeChanged',
  'VerifyMissing',
  'FeedsLeft',
  'Owed',
  'OwedLost',
];

/** The dashboard of a deployment, on one page. Each source has one row, however many feeds it has; the worst feeds come from the logs. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { config, sources, destinationTypes, alarms, table } = props;
    const { stackPrefix } = config.deployment;
    const dashboard = new CdkDashboard(this, 'Dashboard', {
      // Dashboards of all Regions share the names of an account.
      dashboardName: `${stackPrefix}-${Aws.REGION}`,
      defaultInterval: Duration.days(1),
      // Keeps sums over a quarter of an hour, however long the time range that is shown.
      periodOverride: PeriodOverride.INHERIT,
    });
    const logGroups = sources.map(({ functions: [live] }) => live.made.log.logGroupName);
    dashboard.addWidgets(...inParts(logGroups, MOST_LOG_GROUPS).flatMap(feedWidgets));
    dashboard.addWidgets(alarmWidget('Invocations that never ended well, backfills that gave up', alarms));
    for (const watched of sources) {
      const streams = config.destinations.map((destination) => ({
        stream: deliveryStreamName(destination.id, watched.source.id, stackPrefix),
        freshness: typeOf(destinationTypes, destination).delivery(destination).freshness,
      }));
      dashboard.addWidgets(heading(`## ${watched.source.title}`));
      dashboard.addWidgets(
        ...inParts(watched.alarms, MOST_ALARMS).map((part) => alarmWidget(`Alarms of ${watched.source.id}`, part)),
      );
      dashboard.addWidgets(...readingWidgets(stackPrefix, watched.source.id));
      dashboard.addWidgets(...deliveringWidgets(watched, streams));
    }
    dashboard.addWidgets(heading('## Cost: an estimate by use, at list prices of us-east-1 (docs/dashboard.md)'));
    const billed = sources.flatMap(({ source, functions }) =>
      functions.map(({ name, made }, at) => ({
        title: `${source.title} (${name})`,
        invoked: made.function,
        logGroupName: made.log.logGroupName,
        memoryMb: made.memoryMb,
        streams: (at > 0 ? [] : config.destinations).map((destination) => ({
          stream: deliveryStreamName(destination.id, source.id, stackPrefix),
          isTable: typeOf(destinationTypes, destination).cost.table !== undefined,
        })),
      })),
    );
    dashboard.addWidgets(costWidget(estimateCost(billed, table.tableName)));
  }
}

function feedWidgets(logGroupNames: string[]): IWidget[] {
  const query = { logGroupNames, height: 7 };
  return [
    new LogQueryWidget({
      ...query,
      title: 'The ten worst feeds, by failures and lag',
      queryLines: [...WORST_FEEDS],
      width: 15,
    }),
    new LogQueryWidget({
      ...query,
      title: 'The ten longest overdue (census)',
      queryLines: [...OVERDUE_FEEDS],
      width: 9,
    }),
  ];
}

function alarmWidget(title: string, alarms: readonly Alarm[]): IWidget {
  // Four alarms in a line.
  const height = 1 + Math.max(1, Math.ceil(alarms.length / 4));
  const sortBy = AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP;
  return new AlarmStatusWidget({ title, alarms: [...alarms], sortBy, width: WIDTH, height });
}

/** Graphs of reading from the vendor. */
function readingWidgets(stackPrefix: string, source: string): IWidget[] {
  const of = (metric: Metric, statistic: string, label: string = metric) =>
    sourceMetric(stackPrefix, source, metric, { statistic, period: PERIOD, label });
  const sums = (...metrics: Metric[]) => metrics.map((metric) => of(metric, Stats.SUM));
  return [
    graph('Lag of the worst feed, beyond what is meant (s)', 4, [
      of('WorstLagSeconds', Stats.MAXIMUM),
      of('OverdueSeconds', Stats.MAXIMUM),
    ]),
    graph('Events', 4, sums('Fetched', 'Delivered', 'Suppressed')),
    graph(
      'Lateness (s)',
      4,
      [of('LatenessSeconds', Stats.p(99), 'p99'), of('LatenessSeconds', Stats.MAXIMUM, 'worst')],
      sums('Late'),
    ),
    graph('Quota', 4, sums('Throttled', 'Retries')),
    graph('Errors', 4, sums(...ERRORS)),
    graph('Missing', 4, sums(...LOSSES)),
  ];
}

/** Graphs of the delivery streams and of the functions. */
function deliveringWidgets(
  { functions }: WatchedSource,
  streams: readonly { stream: string; freshness: string | undefined }[],
): IWidget[] {
  const look = (statistic: string, label: string) => ({ statistic, period: PERIOD, label });
  return [
    graph(
      'Age of what Firehose has not delivered (s)',
      8,
      streams.flatMap(({ stream, freshness }) =>
        freshness === undefined ? [] : [streamMetric(stream, freshness, look(Stats.MAXIMUM, stream))],
      ),
    ),
    graph(
      'Bytes that Firehose took',
      8,
      streams.map(({ stream }) => streamMetric(stream, 'IncomingBytes', look(Stats.SUM, stream))),
    ),
    graph(
      'Functions',
      8,
      functions.map(({ name, made }) => made.function.metricDuration(look(Stats.MAXIMUM, `${name}: longest (ms)`))),
      functions.flatMap(({ name, made }) => [
        made.function.metricErrors(look(Stats.SUM, `${name}: errors`)),
        made.function.metricThrottles(look(Stats.SUM, `${name}: throttled`)),
      ]),
    ),
  ];
}

function costWidget(left: IMetric[]): IWidget {
  return new GraphWidget({
    title: 'Dollars a day (estimated), without what does not go by use',
    left,
    stacked: true,
    start: '-P14D',
    width: WIDTH,
    height: 8,
  });
}

function graph(title: string, width: number, left: IMetric[], right: IMetric[] = []): IWidget {
  return new GraphWidget({ title, width, height: 6, left, right, leftYAxis: { min: 0 }, rightYAxis: { min: 0 } });
}

function heading(markdown: string): IWidget {
  return new TextWidget({ markdown, width: WIDTH, height: 1 });
}

function inParts<T>(things: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(things.length / most) }, (_, at) => things.slice(at * most, (at + 1) * most));
}
