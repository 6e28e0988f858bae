/** A part of a JSON Schema, as zod writes it. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
}

const WHICH = 'Which of these it is.';

export const HEAD = ['setting', 'type', 'default', 'limits', 'meaning', 'example'];

/** One setting, for a row of a table. */
export interface Setting {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
  /** The kind of object that has it, where an object may be of several kinds: the property that says so, and its value. */
  readonly kind?: { readonly path: string; readonly value: unknown };
}

/** The settings of an object, and of the objects in it, each with its path. */
export function settingsOf(schema: Schema, prefix = ''): Setting[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const inner = [...settingsOf(property, `${path}.`), ...settingsOfKinds(property, `${path}.`)];
    const own = { path, schema: property, isRequired: schema.required?.includes(name) ?? false };
    // What has no words of its own is only there to hold others.
    return property.description === undefined && inner.length > 0 ? inner : [own, ...inner];
  });
}

/** The settings of an object that may be of several kinds: first the one that says of which, then those of each kind. */
function settingsOfKinds(schema: Schema, prefix: string): Setting[] {
  const kinds = alternativesOf(schema).filter(({ properties }) => properties);
  const [named] = Object.entries(kinds[0]?.properties ?? {}).find(([, property]) => property.const !== undefined) ?? [];
  if (named === undefined) return kinds.flatMap((kind) => settingsOf(kind, prefix));
  const path = `${prefix}${named}`;
  const values = kinds.map(({ properties }) => properties?.[named]?.const);
  const which = { path, schema: { type: 'string', enum: values, description: WHICH }, isRequired: true };
  return [which, ...kinds.flatMap((kind, at) => settingsOfKind(kind, prefix, { path, value: values[at] }))];
}

function settingsOfKind(schema: Schema, prefix: string, kind: NonNullable<Setting['kind']>): Setting[] {
  const settings = settingsOf(schema, prefix).filter(({ path }) => path !== kind.path);
  return settings.map((setting) => ({ ...setting, kind }));
}

/** @param examples objects of this kind, of which the first that has the setting shows its value */
export function settingRow({ path, schema, isRequired, kind }: Setting, examples: readonly unknown[]): string[] {
  const own = schema.const;
  const fitting = examples.filter((example) => !kind || valueAt(example, kind.path) === kind.value);
  return [
    kind ? `${code(path)} of ${valueText(kind.value)}` : code(path),
    typeOf(schema),
    isRequired ? '**required**' : valueText(schema.default),
    own === undefined ? limitsOf(schema) : `always ${valueText(own)}`,
    escaped(schema.description ?? (own === undefined ? '' : 'Which of these it is.')),
    valueText(
      [...fitting.map((example) => valueAt(example, path)), own, schema.default].find((value) => value !== undefined),
    ),
  ];
}

function valueAt(object: unknown, path: string): unknown {
  return path.split('.').reduce(valueIn, object);
}

function valueIn(object: unknown, key: string): unknown {
  return object === null || typeof object !== 'object' ? undefined : (object as Record<string, unknown>)[key];
}

function alternativesOf({ anyOf = [], oneOf = [] }: Schema): readonly Schema[] {
  return [...anyOf, ...oneOf];
}

function typeOf(schema: Schema): string {
  const types = alternativesOf(schema).map(typeOf);
  if (types.length > 0) return [...new Set(types)].join(' or ');
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'values'}s`;
  return { string: 'text', boolean: 'true or false', integer: 'whole number' }[schema.type ?? ''] ?? schema.type ?? '';
}

function limitsOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map(valueText).join(', ');
  const { minimum, maximum, minItems, maxItems, maxLength } = schema;
  return [
    between(minimum, maximum, ''),
    between(minItems, maxItems, ' of them'),
    between(undefined, maxLength, ' characters'),
  ]
    .filter((text) => text !== '')
    .join(', ');
}

function between(least: number | undefined, most: number | undefined, unit: string): string {
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`;
  if (least !== undefined) return `at least ${least}${unit}`;
  return most === undefined ? '' : `at most ${most}${unit}`;
}

function valueText(value: unknown): string {
  return value === undefined ? '' : code(JSON.stringify(value));
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A bar would end the cell. A text in angle brackets would be markup. */
function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/<([a-z]+)>/gi, '&lt;$1&gt;');
}
