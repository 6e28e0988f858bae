import { ECS_VERSION } from '../../core/events/complete.ts';
import { isObject } from '../../core/events/is-object.ts';
import { ECS_FIELDS, type FieldType } from '../../formats/ecs-fields.ts';
import { type Mapping, propertiesOf } from '../../formats/ecs-mappings.ts';

/** The name under which the template is put. */
export const TEMPLATE_NAME = 'tidemark';

/** The names of all indexes begin with this, so that the template fits them. */
export const INDEX_PREFIX = 'tidemark-';

/** Longer texts are kept and not indexed. So many characters always fit a term of OpenSearch, which refuses an event with a longer one. */
const MOST_CHARACTERS = 8_191;

/** How each type of field is stored. What is malformed or too long is kept and not searchable: it never refuses an event. */
const MAPPINGS: Readonly<Record<FieldType, Mapping>> = {
  keyword: { type: 'keyword', ignore_above: MOST_CHARACTERS },
  'keyword[]': { type: 'keyword', ignore_above: MOST_CHARACTERS },
  ip: { type: 'ip', ignore_malformed: true },
  'ip[]': { type: 'ip', ignore_malformed: true },
  date: { type: 'date', ignore_malformed: true },
  text: { type: 'text' },
  unindexed: { type: 'keyword', index: false, doc_values: false },
};

/**
 * The index template for events in format ecs. Fields that it does not name, such as a vendor's own, are stored in the event and not
 * indexed: if OpenSearch chose a type by the first value that came, another event with another type of value would be refused.
 */
export function indexTemplate() {
  return {
    index_patterns: [`${INDEX_PREFIX}*`],
    priority: 200,
    template: {
      mappings: { _meta: { ecs: ECS_VERSION }, dynamic: false, properties: propertiesOf(ECS_FIELDS, MAPPINGS) },
    },
  };
}

/** The types of fields by their paths, such as `user.name: keyword`, of mappings as anybody may have written them. */
export function typesIn(mappings: unknown, prefix = ''): ReadonlyMap<string, unknown> {
  const types = new Map<string, unknown>();
  if (!isObject(mappings) || !isObject(mappings.properties)) return types;
  for (const [name, mapping] of Object.entries(mappings.properties)) {
    if (!isObject(mapping)) continue;
    if (mapping.type !== undefined) types.set(`${prefix}${name}`, mapping.type);
    for (const [path, type] of typesIn(mapping, `${prefix}${name}.`)) types.set(path, type);
  }
  return types;
}
