import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { METRICS } from '../../functions/core/metrics.ts';
import { CONDITIONS } from '../../lib/conditions.ts';
import { draw, LAKE, SOURCES, SPLUNK } from './draw.ts';

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly AlarmActions: readonly unknown[];
  readonly TreatMissingData: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

const usual = draw();
const alarms = usual.account
  .find<AlarmProperties>('AWS::CloudWatch::Alarm')
  .map(({ properties }) => properties)
  .filter(({ AlarmDescription }) => typeof AlarmDescription === 'string');
const named = (name: string) => alarms.filter(({ AlarmDescription }) => AlarmDescription.includes(`/${name}: `));

test('each source has one alarm a condition, and one for each of its streams, however many feeds it has', () => {
  const streams = SOURCES.length * [LAKE, SPLUNK].length;
  // The condition of what only some have is looked at where that is.
  for (const { name } of CONDITIONS.filter(({ rotation }) => !rotation)) {
    expect(named(name), name).toHaveLength(SOURCES.length + (name === 'delivery-failing' ? streams : 0));
  }
  const more = draw({
    connections: SOURCES.flatMap(({ id, origin }) =>
      ['a', 'b', 'c'].map((one) => ({
        id: one,
        source: id,
        ...(origin === undefined && { origin: 'https://a.example' }),
      })),
    ),
  });
  expect(more.account.find('AWS::CloudWatch::Alarm')).toHaveLength(usual.account.find('AWS::CloudWatch::Alarm').length);
});

test('every alarm tells somebody, what to run first and where to read on', () => {
  const headings = [...readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8').matchAll(/^## (.+)$/gm)];

  expect(headings.map(([, heading]) => heading).toSorted()).toEqual(CONDITIONS.map(({ name }) => name).toSorted());
  for (const { AlarmDescription, AlarmActions } of alarms) {
    expect(AlarmActions).toHaveLength(1);
    if (!AlarmDescription.startsWith('not-running: invocations')) {
      expect(AlarmDescription).toMatch(/ First: npx tidemark .* Then: docs\/runbook\.md, [a-z-]+\.$/);
    }
  }
});

test('every article says what it is, how to find out, and what to do', () => {
  const articles = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8')
    .split(/^## /m)
    .slice(1);
  for (const article of articles) {
    expect(article).toMatch(/\*\*Description\.\*\*[\s\S]*\*\*Investigation\.\*\*[\s\S]*\*\*Resolution\.\*\*/);
  }
});

test('alarms are about metrics that the functions count, with the source as their only dimension', () => {
  const own = alarms.filter(({ Namespace }) => Namespace === 'Tidemark');
  expect(own.length).toBeGreaterThan(SOURCES.length * 8);
  for (const { MetricName = '', Dimensions = [] } of own) {
    expect(Object.keys(METRICS)).toContain(MetricName);
    expect(Dimensions.map(({ Name }) => Name)).toEqual(['source']);
  }
});

test('that nobody counts any more is the alarm of feeds that do not run; of all others silence is none', () => {
  for (const { name } of CONDITIONS) {
    const wanted = name === 'not-running' ? 'breaching' : 'notBreaching';
    for (const { TreatMissingData } of named(name)) expect(TreatMissingData, name).toBe(wanted);
  }
});
