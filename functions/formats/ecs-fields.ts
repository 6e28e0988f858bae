/** How a field is stored and searched. `[]` marks a list. `unindexed` is a text that is kept and cannot be searched. */
export type FieldType = 'keyword' | 'keyword[]' | 'ip' | 'ip[]' | 'date' | 'text' | 'unindexed';

export interface FieldTree {
  readonly [name: string]: FieldType | FieldTree;
}

const PERSON = {
  id: 'keyword',
  name: 'keyword',
  full_name: 'keyword',
  email: 'keyword',
  domain: 'keyword',
  roles: 'keyword[]',
} as const;

const RANGE = { from: 'date', to: 'date' } as const;

/**
 * The fields of the Elastic Common Schema that events have, with their types there, and ours below `tidemark`. The columns of the
 * archive, and the forms in which other stores take events, are made from this list. Fields in a vendor's own object are not in it:
 * nobody knows their types before they come.
 */
export const ECS_FIELDS = {
  '@timestamp': 'date',
  message: 'text',
  tags: 'keyword[]',
  event: {
    id: 'keyword',
    kind: 'keyword',
    category: 'keyword[]',
    type: 'keyword[]',
    action: 'keyword',
    outcome: 'keyword',
    reason: 'keyword',
    code: 'keyword',
    module: 'keyword',
    dataset: 'keyword',
    provider: 'keyword',
    created: 'date',
    start: 'date',
    end: 'date',
    original: 'unindexed',
  },
  user: { ...PERSON, target: PERSON, changes: PERSON },
  group: { id: 'keyword', name: 'keyword' },
  source: { address: 'keyword', ip: 'ip', geo: { city_name: 'keyword' } },
  host: { id: 'keyword', name: 'keyword', type: 'keyword' },
  file: { name: 'keyword' },
  organization: { id: 'keyword' },
  service: { name: 'keyword', type: 'keyword' },
  observer: { vendor: 'keyword', product: 'keyword', type: 'keyword' },
  related: { ip: 'ip[]', user: 'keyword[]', hosts: 'keyword[]' },
  error: { type: 'keyword', message: 'text' },
  ecs: { version: 'keyword' },
  tidemark: {
    vendor: 'keyword',
    product: 'keyword',
    connection: 'keyword',
    feed: 'keyword',
    window: RANGE,
    act: 'keyword',
    range: RANGE,
    event: 'keyword',
    destination: 'keyword',
    utc: { day: 'keyword', hour: 'keyword' },
  },
} as const satisfies FieldTree;

/** The type of a field, such as `keyword` for `user.name`. Undefined if it is not in the list, or has fields itself. */
export function fieldType(path: string): FieldType | undefined {
  let found: FieldType | FieldTree | undefined = ECS_FIELDS;
  for (const name of path.split('.')) found = typeof found === 'object' ? found[name] : undefined;
  return typeof found === 'string' ? found : undefined;
}
