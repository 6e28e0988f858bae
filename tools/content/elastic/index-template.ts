import { ECS_VERSION } from '../../../functions/core/events/complete.ts';
import { ECS_FIELDS, type FieldType } from '../../../functions/formats/ecs-fields.ts';
import { type Mapping, propertiesOf } from '../../../functions/formats/ecs-mappings.ts';

/** The data streams of events, in Elastic's form `<type>-<dataset>-<namespace>`. */
export const DATA_STREAMS = 'logs-tidemark-*';
/** The ingest pipeline that unpacks a line: `content/elastic/tidemark-parse.json`. */
const PARSE = 'tidemark-parse';

/** Elastic wants more than 500 of a template whose pattern overlaps with its own and with those that Fleet makes. */
const PRIORITY = 501;
/** The Elastic Common Schema leaves longer texts unindexed. They stay in the event. */
const KEYWORD: Mapping = { type: 'keyword', ignore_above: 1_024 };
const ADDRESS: Mapping = { type: 'ip', ignore_malformed: true };

/** How each type of field is stored. What is malformed or too long is kept and not searchable: it never refuses an event. */
const TYPES: Readonly<Record<FieldType, Mapping>> = {
  keyword: KEYWORD,
  'keyword[]': KEYWORD,
  ip: ADDRESS,
  'ip[]': ADDRESS,
  date: { type: 'date', ignore_malformed: true },
  text: { type: 'match_only_text' },
  unindexed: { type: 'keyword', index: false, doc_values: false },
};

/** A data stream demands a time that can be read, so this one may not be ignored. Events always have one. */
const TIME: Mapping = { type: 'date' };

/** The name of the data stream, in parts, as Elastic writes it into each event. */
const DATA_STREAM: Mapping = { properties: { type: KEYWORD, dataset: KEYWORD, namespace: KEYWORD } };

/** The mappings, a component template. */
export function mappingsComponent() {
  const { event, ...others } = propertiesOf(ECS_FIELDS, TYPES);
  const properties = {
    ...others,
    event: { properties: { ...event?.properties, ingested: TIME } },
    data_stream: DATA_STREAM,
    '@timestamp': TIME,
  };
  return { template: { mappings: { _meta: { ecs: ECS_VERSION }, dynamic: false, properties } } };
}

/** The settings, a component template: each event goes through the pipeline, whoever brings it. */
export function settingsComponent() {
  return { template: { settings: { index: { default_pipeline: PARSE } } } };
}

/** The index template, which makes data streams of what comes under these names. */
export function dataStreamTemplate() {
  return {
    index_patterns: [DATA_STREAMS],
    data_stream: {},
    priority: PRIORITY,
    composed_of: ['tidemark-mappings', 'tidemark-settings'],
    _meta: { description: 'Audit events that Tidemark forwards in format ecs.' },
  };
}
