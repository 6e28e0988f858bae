import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OCSF_VERSIONS, type OcsfVersion } from '../../../functions/core/model.ts';

// The tables of OCSF by which events are judged. fixtures/ocsf-tables.json holds them, with their origin and licence.

/** An attribute of a class or an object. */
export interface Attribute {
  /** A type of OCSF such as `string_t`, or the name of an object. */
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly isDeprecated: boolean;
  /** The profiles of which the event must use one. */
  readonly profiles: readonly string[];
  /** The captions of its values, if only these are allowed. Deprecated values are not among them. */
  readonly captions: ReadonlyMap<number, string> | undefined;
}

export type Attributes = ReadonlyMap<string, Attribute>;

export interface Shape {
  readonly caption: string;
  readonly isDeprecated: boolean;
  readonly atLeastOne: readonly string[] | undefined;
  readonly justOne: readonly string[] | undefined;
  readonly attributes: Attributes;
}

/** A type of OCSF. What it does not say, its base type does. */
export interface DataType {
  readonly type?: string;
  readonly max_len?: number;
  readonly range?: readonly [number, number];
  readonly regex?: RegExp;
}

/** All tables of one version. */
export interface OcsfTables {
  /** By class_uid. */
  readonly classes: ReadonlyMap<number, Shape>;
  readonly objects: ReadonlyMap<string, Shape>;
  /** What a profile adds to a class, by the names of profiles and then by class_uid. */
  readonly profiles: ReadonlyMap<string, ReadonlyMap<number, Attributes>>;
  readonly types: ReadonlyMap<string, DataType>;
  /** The attribute that holds the caption of another one's value. */
  readonly siblings: ReadonlyMap<string, string>;
}

interface WrittenShape {
  readonly caption: string;
  readonly deprecated?: true;
  readonly atLeastOne?: readonly string[];
  readonly justOne?: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

type Table<T> = Readonly<Record<string, T>>;

interface WrittenTables {
  readonly classes: Table<WrittenShape>;
  readonly objects: Table<WrittenShape>;
  readonly profiles: Table<Table<Table<string>>>;
  readonly types: Table<Omit<DataType, 'regex'> & { readonly regex?: string }>;
  readonly siblings: Table<string>;
}

const WRITTEN: { readonly versions: Readonly<Record<OcsfVersion, WrittenTables>> } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/ocsf-tables.json'), 'utf8'),
);

/** The tables of each version. A version is written as what differs from the version before. */
export const TABLES: Readonly<Record<OcsfVersion, OcsfTables>> = (() => {
  let whole: WrittenTables | undefined;
  const tables = OCSF_VERSIONS.map((version) => {
    whole = merged(whole, WRITTEN.versions[version]);
    return [version, tablesOf(whole)] as const;
  });
  return Object.fromEntries(tables) as Record<OcsfVersion, OcsfTables>;
})();

function merged(before: WrittenTables | undefined, written: WrittenTables): WrittenTables {
  const kinds = Object.keys(written) as (keyof WrittenTables)[];
  const tables = kinds.map((kind) => {
    const entries = Object.entries({ ...before?.[kind], ...written[kind] }).filter(([, value]) => value !== null);
    return [kind, Object.fromEntries(entries)] as const;
  });
  return Object.fromEntries(tables) as unknown as WrittenTables;
}

function tablesOf({ classes, objects, profiles, types, siblings }: WrittenTables): OcsfTables {
  return {
    classes: new Map(Object.entries(classes).map(([uid, shape]) => [Number(uid), shapeOf(shape)])),
    objects: new Map(Object.entries(objects).map(([name, shape]) => [name, shapeOf(shape)])),
    profiles: new Map(
      Object.entries(profiles).map(([name, by]) => [
        name,
        new Map(Object.entries(by).map(([uid, attributes]) => [Number(uid), attributesOf(attributes)])),
      ]),
    ),
    types: new Map(
      Object.entries(types).map(([name, { regex, ...rest }]) => [
        name,
        { ...rest, ...(regex !== undefined && { regex: new RegExp(regex) }) },
      ]),
    ),
    siblings: new Map(Object.entries(siblings)),
  };
}

function shapeOf({ caption, deprecated, atLeastOne, justOne, attributes }: WrittenShape): Shape {
  return { caption, isDeprecated: deprecated === true, atLeastOne, justOne, attributes: attributesOf(attributes) };
}

function attributesOf(written: Table<string>): Attributes {
  return new Map(Object.entries(written).map(([name, text]) => [name, attributeOf(text)]));
}

/** tools/ocsf-tables/compact.ts writes these texts. */
function attributeOf(text: string): Attribute {
  const equals = text.indexOf('=');
  const [head, values] = equals < 0 ? [text] : [text.slice(0, equals), text.slice(equals + 1)];
  const [flags = '', ...profiles] = head.split('@');
  return {
    type: /^\w+/.exec(flags)?.[0] ?? '',
    isList: flags.includes('[]'),
    isRequired: flags.includes('!'),
    isDeprecated: flags.includes('~'),
    profiles,
    captions: values === undefined ? undefined : captionsOf(values),
  };
}

function captionsOf(values: string): Map<number, string> {
  const current = values.split('|').filter((value) => !/^\d+~/.test(value));
  return new Map(current.map((value) => [Number.parseInt(value, 10), value.slice(value.indexOf(' ') + 1)]));
}
