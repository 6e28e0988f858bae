import { describe, expect, test } from 'vitest';
import { findSources } from '../../../lib/plan/find-sources.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { readRules } from '../../../tools/content/sigma/read-rules.ts';
import { confText } from '../../../tools/content/splunk/conf.ts';
import { dashboardView } from '../../../tools/content/splunk/dashboard.ts';
import { addOnFile, readConf } from './conf-reader.ts';

describe('app.conf', () => {
  const conf = readConf(addOnFile('default/app.conf'));

  test('has the id, the version and the settings that the inspection asks for', () => {
    expect(conf.id).toEqual({ name: 'TA-tidemark', version: packageJson.version });
    expect(conf.package).toEqual({ id: 'TA-tidemark', check_for_updates: 'false' });
    expect(conf.launcher?.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Object.keys(conf)).toEqual(['install', 'ui', 'launcher', 'package', 'id']);
  });
});

describe('props.conf', () => {
  test('has a stanza for the sourcetype of each source, of self events, and of the archive', async () => {
    const sources = (await findSources()).map(({ id }) => `tidemark:${id}:ecs`);
    expect(Object.keys(readConf(addOnFile('default/props.conf'))).sort()).toEqual(
      [...sources, 'tidemark:tidemark:ecs', 'tidemark:ecs'].sort(),
    );
  });

  test('looks up only what transforms.conf and the lookups have', () => {
    const transforms = readConf(addOnFile('default/transforms.conf'));
    for (const settings of Object.values(readConf(addOnFile('default/props.conf')))) {
      for (const [key, value] of Object.entries(settings).filter(([name]) => name.startsWith('LOOKUP-'))) {
        const {
          table = '',
          input = '',
          outputs = '',
        } = /^(?<table>\w+) (?<input>\w+) AS "[\w.]+" OUTPUTNEW (?<outputs>.+)$/.exec(value)?.groups ?? {};
        const header = addOnFile(`lookups/${transforms[table]?.filename}`).split('\n')[0]?.split(',');
        expect(header, key).toEqual(expect.arrayContaining([input, ...outputs.split(/ AS \w+ ?/).filter(Boolean)]));
      }
    }
  });
});

describe('saved searches', () => {
  const searches = Object.values(readConf(addOnFile('default/savedsearches.conf')));

  test('are one for each rule, switched off, and look at no time in the future', () => {
    expect(searches).toHaveLength(readRules().length);
    for (const search of searches) {
      expect(search).toMatchObject({ disabled: '1', enableSched: '1', 'dispatch.latest_time': 'now' });
      expect(search['dispatch.earliest_time']).toMatch(/^-\d+d@m$/);
      expect(search['dispatch.earliest_time']).not.toMatch(/^rt/);
    }
  });

  test('do not all begin in the same minute, and always in the same one of a rule', () => {
    const minutes = searches.map(({ cron_schedule: cron }) => /^(\d)-59\/10 \* \* \* \*$/.exec(cron ?? '')?.[1]);
    expect(minutes).not.toContain(undefined);
    expect(new Set(minutes).size).toBeGreaterThan(1);
  });

  test('count an event once', () => {
    for (const { search } of searches) expect(search).toContain('\n| dedup event_id');
  });
});

describe('the dashboard', () => {
  const view = addOnFile('default/data/ui/views/tidemark_overview.xml');
  const { dataSources, visualizations, layout } = JSON.parse(
    /<!\[CDATA\[(?<json>.*)\]\]>/s.exec(view)?.groups?.json ?? '',
  ) as {
    dataSources: Record<string, { options: { query: string } }>;
    visualizations: Record<string, { dataSources: { primary: string } }>;
    layout: { structure: { item: string }[] };
  };

  test('is one of Dashboard Studio whose panels have searches and places', () => {
    expect(view).toMatch(/^<dashboard version="2"/);
    expect(layout.structure.map(({ item }) => item).sort()).toEqual(Object.keys(visualizations).sort());
    expect(
      Object.values(visualizations)
        .map((one) => one.dataSources.primary)
        .sort(),
    ).toEqual(Object.keys(dataSources).sort());
  });

  test('counts an event once', () => {
    for (const { options } of Object.values(dataSources))
      expect(options.query).toMatch(/dedup event_id|dc\(event_id\)/);
  });

  test('stays whole whatever its definition holds', () => {
    expect(dashboardView('{"title":"<a & b>","description":"]]>"}')).toContain('"description":"]]]]><![CDATA[>"');
    expect(dashboardView('{"title":"<a & b>","description":""}')).toContain('<label>&lt;a &amp; b&gt;</label>');
  });
});

describe('a .conf file', () => {
  test('is read back as it was written', () => {
    const stanzas = { 'a search': { search: 'x="\\\\"\n| y', n: 1 }, other: { k: 'a = b' } };
    expect(readConf(confText('words', stanzas))).toEqual({
      'a search': { search: 'x="\\\\" \n| y', n: '1' },
      other: { k: 'a = b' },
    });
  });

  test('has no line that ends in a backslash of its own, and no bracket in a name', () => {
    expect(() => confText('words', { a: { b: 'x\\' } })).toThrow('may not end with a backslash');
    expect(confText('words', { 'a]\n[b': { k: 1 } })).toContain('[a b]');
  });
});
