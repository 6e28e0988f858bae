import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { typesIn } from '../../functions/destinations/opensearch/index-template.ts';
import { ecsLine } from '../../functions/formats/ecs.ts';
import { ECS_FIELDS } from '../../functions/formats/ecs-fields.ts';
import { threatOf } from '../../tools/content/elastic/attack.ts';
import { mappingsComponent } from '../../tools/content/elastic/index-template.ts';
import { readRules } from '../../tools/content/sigma/read-rules.ts';
import type { Rule } from '../../tools/content/sigma/rule.ts';
import { refusalsOf } from '../destinations/document-reader.ts';
import { fieldsOf, GOLDEN_EVENTS } from '../formats/golden-events.ts';

const FOLDER = join(import.meta.dirname, '../../content/elastic');
const json = (file: string) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
const lines = (file: string) =>
  readFileSync(join(FOLDER, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the index template', () => {
  const { mappings } = mappingsComponent().template;

  test.each(GOLDEN_EVENTS)('takes the events of %s, and finds each of their fields', (_, events) => {
    const types = typesIn(mappings);
    for (const event of events) {
      expect(refusalsOf(JSON.parse(ecsLine(event)), mappings)).toEqual([]);
      expect(fieldsOf(event).filter((path) => !types.has(path))).toEqual([]);
    }
  });

  test('is made of components that are there, and sends events through a pipeline that is there', () => {
    const { composed_of: components, index_patterns: patterns, priority } = json('index-template.json');
    expect(components).toEqual(['tidemark-mappings', 'tidemark-settings']);
    expect(patterns).toEqual(['logs-tidemark-*']);
    expect(priority).toBeGreaterThan(500);
    expect(json('settings.json').template.settings.index.default_pipeline).toBe('tidemark-parse');
    expect(json('tidemark.json').processors[0]).toEqual({ pipeline: { name: 'tidemark-parse' } });
  });
});

describe('the dashboard', () => {
  const [view, dashboard] = lines('dashboard.ndjson');
  const panels = JSON.parse(dashboard.attributes.panelsJSON) as Panel[];

  interface Panel {
    readonly panelIndex: string;
    readonly embeddableConfig: {
      readonly attributes: {
        readonly references: readonly { readonly name: string; readonly id: string }[];
        readonly state: {
          readonly datasourceStates: {
            readonly formBased: { readonly layers: { readonly layer: { readonly columns: Record<string, Lens> } } };
          };
          readonly visualization: object;
        };
      };
    };
  }
  interface Lens {
    readonly sourceField: string;
  }

  test('has ids that never change, and every panel has its data view', () => {
    expect([view.id, dashboard.id]).toEqual(['tidemark-events', 'tidemark-overview']);
    expect(dashboard.references).toEqual(
      panels.map(({ panelIndex, embeddableConfig: { attributes } }) => {
        const [own] = attributes.references;
        return { type: 'index-pattern', id: view.id, name: `${panelIndex}:${own?.name}` };
      }),
    );
  });

  test('asks for fields that events have, and shows every column that it asks for', () => {
    const known = typesIn(mappingsComponent().template.mappings);
    for (const { embeddableConfig } of panels) {
      const { state } = embeddableConfig.attributes;
      const { columns } = state.datasourceStates.formBased.layers.layer;
      for (const [id, { sourceField }] of Object.entries(columns)) {
        expect(known.has(sourceField), sourceField).toBe(true);
        expect(JSON.stringify(state.visualization)).toContain(`"${id}"`);
      }
    }
  });
});

describe('the detection rules', () => {
  const rules = lines('detection-rules.ndjson');

  test('are one for each rule, switched off, under its id', () => {
    expect(rules.map((rule) => rule.rule_id)).toEqual(readRules().map(({ id }) => id));
    for (const rule of rules) {
      expect(rule).toMatchObject({ enabled: false, timestamp_override: 'event.ingested', to: 'now' });
      expect(rule.risk_score).toBeGreaterThanOrEqual(0);
      expect(rule.risk_score).toBeLessThanOrEqual(100);
      expect(['low', 'medium', 'high', 'critical']).toContain(rule.severity);
      expect(['query lucene', 'esql esql']).toContain(`${rule.type} ${rule.language}`);
      expect(rule.threat.length, rule.name).toBeGreaterThan(0);
      expect(rule.note).not.toBe('');
    }
  });

  test('look back further than to their last run', () => {
    for (const { from, interval } of rules) {
      const minutes = (text: string) => Number(/(\d+)m$/.exec(text)?.[1]);
      expect(minutes(from)).toBeGreaterThan(minutes(interval));
    }
  });

  test('a tactic that is not known is an error with the place to mend it', () => {
    const rule = { ...(readRules()[0] as Rule), tags: ['attack.magic'] };
    expect(() => threatOf(rule)).toThrow(/attack\.magic is no known tactic.*attack\.ts/);
  });
});

test('the list of fields is the one of the events', () => {
  expect(Object.keys(mappingsComponent().template.mappings.properties).sort()).toEqual(
    [...Object.keys(ECS_FIELDS), 'data_stream'].sort(),
  );
});
