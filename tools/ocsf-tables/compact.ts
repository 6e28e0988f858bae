// The flattened tables of the schema, ocsf/ocsf-schema with all includes and inheritance resolved, and the short form that tests
// judge events by: the classes that Tidemark uses and every object that can be reached from them, without descriptions.

/** An attribute in the flattened tables. In classes, the name of an object is the type. */
interface Attribute {
  readonly type: string;
  readonly object_type?: string;
  readonly requirement: string;
  readonly is_array?: boolean;
  readonly enum?: Readonly<Record<string, string>>;
  readonly enum_deprecated?: readonly string[];
  readonly deprecated?: object;
  readonly profiles?: readonly string[];
}

type Attributes = Readonly<Record<string, Attribute>>;

interface Shape {
  readonly caption: string;
  readonly class_uid?: number;
  readonly constraints: { readonly at_least_one?: readonly string[]; readonly just_one?: readonly string[] } | null;
  readonly deprecated: object | null;
  readonly attributes: Attributes;
}

/** The flattened tables of one version. */
export interface Flattened {
  readonly classes: Readonly<Record<string, Shape>>;
  readonly objects: Readonly<Record<string, Shape>>;
  readonly types: Readonly<Record<string, object>>;
  readonly siblings: Readonly<Record<string, string>>;
  readonly profiles: Readonly<
    Record<string, { readonly attributes: Attributes; readonly classes: Readonly<Record<string, Attributes>> }>
  >;
}

/** The tables of one version, by the kinds of entries. All values are texts or plain objects that can be compared as JSON. */
export type Tables = Readonly<Record<Kind, Readonly<Record<string, unknown>>>>;
const KINDS = ['classes', 'objects', 'profiles', 'types', 'siblings'] as const;
type Kind = (typeof KINDS)[number];

/** The class_uid of each class that Tidemark uses. */
const USED = [0, 3001, 3002, 3004, 3006, 6001];

/**
 * An attribute as a text: its type, `[]` for a list, `!` if it is required, `~` if it is deprecated, `@` and a profile that it needs,
 * and `=` with its values, of which those in `~` are deprecated.
 */
function attributeText(attribute: Attribute): string {
  const { type, object_type, requirement, is_array, deprecated, profiles = [], enum_deprecated = [] } = attribute;
  const values = Object.entries(attribute.enum ?? {}).map(
    ([value, caption]) => `${value}${enum_deprecated.includes(value) ? '~' : ''} ${caption}`,
  );
  return [
    type === 'object_t' ? object_type : type,
    is_array ? '[]' : '',
    requirement === 'required' ? '!' : '',
    deprecated ? '~' : '',
    ...profiles.map((profile) => `@${profile}`),
    values.length > 0 ? `=${values.join('|')}` : '',
  ].join('');
}

function attributeTexts(attributes: Attributes): Record<string, string> {
  const texts = Object.entries(attributes).map(([name, attribute]) => {
    // The numbers of types follow from those of classes and activities.
    const { enum: _, ...rest } = attribute;
    return [name, attributeText(name === 'type_uid' ? rest : attribute)] as const;
  });
  return Object.fromEntries(texts.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function shapeOf({ caption, constraints, deprecated, attributes }: Shape) {
  return {
    caption,
    ...(constraints?.at_least_one && { atLeastOne: constraints.at_least_one }),
    ...(constraints?.just_one && { justOne: constraints.just_one }),
    ...(deprecated && { deprecated: true }),
    attributes: attributeTexts(attributes),
  };
}

/** The tables of one version: the used classes, and all that can be reached from them. */
export function compact(flattened: Flattened): Tables {
  const used = Object.entries(flattened.classes).filter(([, { class_uid }]) => USED.includes(class_uid ?? -1));
  const profiles = Object.entries(flattened.profiles).map(([name, profile]) => {
    const added = used.flatMap(([key, { class_uid }]) => {
      const attributes = profile.classes[key];
      return attributes ? [[String(class_uid), attributeTexts(attributes)] as const] : [];
    });
    return [name, Object.fromEntries(added)] as const;
  });
  const classes = used.map(([, shape]) => [String(shape.class_uid), shapeOf(shape)] as const);
  const objects = new Map<string, unknown>();
  const open = [...classes.map(([, { attributes }]) => attributes), ...profiles.flatMap(([, by]) => Object.values(by))];
  for (let attributes = open.pop(); attributes; attributes = open.pop()) {
    for (const text of Object.values(attributes)) {
      const [type = ''] = /^\w+/.exec(text) ?? [];
      const shape = flattened.objects[type];
      if (!shape || objects.has(type)) continue;
      const object = shapeOf(shape);
      objects.set(type, object);
      open.push(object.attributes);
    }
  }
  return {
    classes: Object.fromEntries(classes),
    objects: Object.fromEntries([...objects].sort(([one], [other]) => (one < other ? -1 : 1))),
    profiles: Object.fromEntries(profiles),
    types: flattened.types,
    siblings: flattened.siblings,
  };
}

/** What differs from the version before: entries that are new or another, and null for those that are gone. */
export function differences(tables: Tables, before: Tables | undefined): Tables {
  const changed = KINDS.map((kind) => {
    const [now, then] = [tables[kind], before?.[kind] ?? {}];
    const names = [...new Set([...Object.keys(now), ...Object.keys(then)])];
    const others = names.filter((name) => JSON.stringify(now[name]) !== JSON.stringify(then[name]));
    return [kind, Object.fromEntries(others.map((name) => [name, now[name] ?? null]))] as const;
  });
  return Object.fromEntries(changed) as Record<Kind, Record<string, unknown>>;
}
