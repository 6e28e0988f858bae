import type { FieldTree, FieldType } from './ecs-fields.ts';

/** How an index stores a field, or the fields below it. */
export interface Mapping {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Mapping>>;
  readonly [parameter: string]: unknown;
}

/** The properties of an index for these fields, with a mapping for each type of field. */
export function propertiesOf(
  fields: FieldTree,
  mappings: Readonly<Record<FieldType, Mapping>>,
): Readonly<Record<string, Mapping>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      typeof field === 'string' ? mappings[field] : { properties: propertiesOf(field, mappings) },
    ]),
  );
}
