import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FATES, METRICS, type Metric } from '../../functions/core/metrics.ts';
import { mostDestinations } from '../../lib/check-deployable.ts';
import { connect, draw, LAKE, SOURCES, SPLUNK } from './support/draw.ts';

interface DashboardProperties {
  readonly DashboardName: string;
  readonly DashboardBody: string;
}

interface Widget {
  readonly type: 'metric' | 'alarm' | 'log' | 'text';
  readonly x: number;
  readonly width: number;
  readonly properties: {
    readonly title?: string;
    readonly query?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

interface Expression {
  readonly expression: string;
  readonly label: string;
}

type Drawn = ReturnType<typeof draw>;

const usual = draw();
// As many streams as synth lets pass, the costliest kind first.
const MOST = mostDestinations(SOURCES.length);
const most = draw({
  destinations: Array.from({ length: MOST }, (_, at) => ({
    ...(at === MOST - 1 ? LAKE : SPLUNK),
    id: `destination-${at}`,
  })),
});

function bodyOf({ account }: Drawn): string {
  const [dashboard, ...others] = account.find<DashboardProperties>('AWS::CloudWatch::Dashboard');
  expect(others).toEqual([]);
  return dashboard?.properties.DashboardBody ?? '';
}

function widgetsOf(drawn: Drawn): Widget[] {
  return (JSON.parse(bodyOf(drawn)) as { widgets: Widget[] }).widgets;
}

/** The metrics of a widget, without expressions: namespace, name, and the values of what they are about. */
function metricsOf({ properties: { metrics = [] } }: Widget): string[][] {
  return metrics.map((row) => row.filter((part) => typeof part === 'string')).filter((row) => row.length > 0);
}

function expressionsOf({ properties: { metrics = [] } }: Widget): Expression[] {
  return metrics.flatMap((row) =>
    row.filter((part) => typeof part === 'object' && 'expression' in (part as object)),
  ) as Expression[];
}

test('there is one dashboard, with a name that is free in an account which has Tidemark in another Region, too', () => {
  const [dashboard] = usual.account.find<DashboardProperties>('AWS::CloudWatch::Dashboard');
  expect(dashboard?.properties.DashboardName).toBe('tidemark-eu-west-1');
  expect(usual.forwarding.findResources('AWS::CloudWatch::Dashboard')).toEqual({
    [dashboard?.id ?? '']: expect.objectContaining({
      Properties: expect.objectContaining({
        DashboardName: { 'Fn::Join': ['', ['tidemark-', { Ref: 'AWS::Region' }]] },
      }),
    }),
  });
});

test.each(SOURCES.map(({ id }) => id))(
  'it shows of %s what is read, what is refused, what is late and what is delivered',
  (id) => {
    const shown = widgetsOf(usual).flatMap(metricsOf);
    const counted = shown.flatMap(([namespace, name = '', , source]) =>
      namespace === 'Tidemark' && source === id ? [name] : [],
    );
    const streams = shown.flatMap(([namespace, name, , stream = '']) =>
      namespace === 'AWS/Firehose' && stream.endsWith(`-${id}`) ? [`${stream} ${name}`] : [],
    );

    for (const name of counted) expect(Object.keys(METRICS)).toContain(name);
    expect(counted).toEqual(
      expect.arrayContaining(
        'WorstLagSeconds Fetched Delivered Suppressed LatenessSeconds Late Throttled Retries Failing Refused Forbidden Incomplete Unreadable Quarantined Unmapped'.split(
          ' ',
        ),
      ),
    );
    const losses = (Object.keys(METRICS) as Metric[]).filter((metric) => FATES[metric].means === 'loss');
    expect(counted).toEqual(expect.arrayContaining(losses));
    expect(streams).toEqual(
      expect.arrayContaining([
        `tidemark-lake-${id} DeliveryToS3.DataFreshness`,
        `tidemark-soc-${id} DeliveryToSplunk.DataFreshness`,
        `tidemark-lake-${id} IncomingBytes`,
        `tidemark-soc-${id} IncomingBytes`,
      ]),
    );
  },
);

test('it shows how long each function took and whether it failed, and every alarm there is', () => {
  const shown = widgetsOf(usual).flatMap(metricsOf);
  for (const { id } of usual.account.find('AWS::Lambda::Function')) {
    const names = shown.flatMap(([namespace, name, , of]) => (namespace === 'AWS/Lambda' && of === id ? [name] : []));
    expect(names).toEqual(expect.arrayContaining(['Duration', 'Errors', 'Throttles']));
  }
  const alarms = usual.account.find('AWS::CloudWatch::Alarm').map(({ stack, id }) => usual.account.arn(stack, id));
  expect(
    widgetsOf(usual)
      .flatMap(({ properties }) => properties.alarms ?? [])
      .toSorted(),
  ).toEqual(alarms.toSorted());
});

test('the worst feeds come from the logs of all functions that schedules invoke', () => {
  const queries = widgetsOf(usual).flatMap(({ properties }) => properties.query ?? []);
  const functions = usual.account.find<{ LoggingConfig: { LogGroup: string } }>('AWS::Lambda::Function');
  const logs = functions.filter(({ id }) => !id.includes('backfill'));

  expect(queries).toHaveLength(2);
  for (const query of queries) {
    for (const { properties } of logs) expect(query).toContain(`SOURCE '${properties.LoggingConfig.LogGroup}'`);
    expect(query).toMatch(/\| limit 10$/);
  }
});

test('the cost is what was used times its price, in the memory that the functions have', () => {
  const inMemory = (memoryMb: number) =>
    widgetsOf(draw({ deployment: { memoryMb } }))
      .flatMap(expressionsOf)
      .filter(({ label }) => label.endsWith(': functions'));
  const [small] = inMemory(256);
  const [large] = inMemory(1_024);
  // A million invocations of a second each, in a quarter of a gigabyte and in a whole one.
  const used = { duration0: 1e9, invocations0: 1e6 };
  expect(calculate(small?.expression ?? '', used)).toBeCloseTo(0.2 + 250_000 * 0.0000133334, 6);
  expect(calculate(large?.expression ?? '', used)).toBeCloseTo(0.2 + 1_000_000 * 0.0000133334, 6);

  const all = widgetsOf(usual).flatMap(expressionsOf);
  const delivery = all.find(({ label }) => label === `tidemark-lake-${SOURCES[0]?.id}: delivery`);
  expect(calculate(delivery?.expression ?? '', { bytes1: 1e9, records1: 0 })).toBeCloseTo(0.029, 9);
  const table = all.find(({ label }) => label === 'Table');
  const at = /\d+$/.exec(/read\d+/.exec(table?.expression ?? '')?.[0] ?? '')?.[0];
  expect(calculate(table?.expression ?? '', { [`read${at}`]: 1e6, [`written${at}`]: 1e6 })).toBeCloseTo(0.75, 9);
  // Of a source two functions, each with its log, and two streams; and the table of all.
  expect(all).toHaveLength(SOURCES.length * 6 + 1);
});

test('the prices are those that the documentation gives', () => {
  const page = readFileSync(new URL('../../docs/dashboard.md', import.meta.url), 'utf8');
  const prices = widgetsOf(usual)
    .flatMap(expressionsOf)
    .flatMap(({ expression }) => expression.match(/0\.0000\d+/g) ?? []);

  expect(new Set(prices).size).toBe(6);
  for (const price of prices) expect(page).toContain(` ${price} `);
});

test('with as many streams as there may be, it stays within what CloudWatch takes, and its stack within CloudFormation’s limits', () => {
  const widgets = widgetsOf(most);

  expect(widgets.length).toBeLessThanOrEqual(500);
  const metrics = widgets.map(({ properties }) => properties.metrics?.length ?? 0);
  expect(Math.max(...metrics)).toBeLessThanOrEqual(500);
  expect(metrics.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(2_500);
  for (const { x, width, properties } of widgets) {
    expect(x + width).toBeLessThanOrEqual(24);
    expect(properties.alarms?.length ?? 0).toBeLessThanOrEqual(100);
    expect(properties.query?.match(/SOURCE '/g)?.length ?? 0).toBeLessThanOrEqual(50);
  }
  const template = most.forwarding.toJSON();
  expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(480);
  expect(JSON.stringify(template, undefined, 1).length).toBeLessThan(900_000);
});

test('however many connections and feeds there are, it is the same to the letter', () => {
  const more = draw({
    connections: SOURCES.flatMap(({ id }) => Array.from({ length: 40 }, (_, at) => connect(id, `tenant-${at}`))),
  });
  expect(bodyOf(more)).toBe(bodyOf(usual));
});

test('it grows with sources', () => {
  const [first = { id: '' }] = SOURCES;
  expect(widgetsOf(draw({ connections: [connect(first.id)] })).length).toBeLessThan(widgetsOf(usual).length);
});

/** What metric math makes of an expression: sums and products of names and numbers. */
function calculate(expression: string, values: Readonly<Record<string, number>>): number {
  expect(expression).toMatch(/^[\w .+*/()]+$/);
  const numbers = expression.replace(/[a-z]\w*/g, (name) => String(values[name] ?? Number.NaN));
  return Number(new Function(`return ${numbers}`)());
}
