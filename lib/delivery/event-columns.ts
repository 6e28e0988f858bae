import { ECS_FIELDS, type FieldTree, type FieldType } from '../../functions/formats/ecs-fields.ts';

/**
 * The fields of an event in format ecs, as columns of Glue. Lists and objects keep their structure, so that queries can use their
 * parts. Fields outside of the Elastic Common Schema are JSON text in a column with the source's id;
 * `json_extract_scalar(<column>, '$.field')` reads them.
 */
export const EVENT_COLUMNS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ECS_FIELDS).map(([name, field]) => [name === '@timestamp' ? 'timestamp' : name, columnType(field)]),
);

function columnType(field: FieldType | FieldTree): string {
  if (typeof field === 'string') return field.endsWith('[]') ? 'array<string>' : 'string';
  const members = Object.entries(field).map(([name, member]) => `${name}:${columnType(member)}`);
  return `struct<${members.join(',')}>`;
}
