/** Types of columns in Glue. Lists and objects keep their structure, so that queries can use their parts. */
const TEXT = 'string';
const LIST = 'array<string>';

function object(fields: Readonly<Record<string, string>>): string {
  return `struct<${Object.entries(fields)
    .map(([name, type]) => `${name}:${type}`)
    .join(',')}>`;
}

const PERSON = { id: TEXT, name: TEXT, full_name: TEXT, email: TEXT, domain: TEXT, roles: LIST };

/**
 * The fields of an event in format ecs, as columns. Fields outside of the Elastic Common Schema are JSON text in a column with the
 * source's id; `json_extract_scalar(<column>, '$.field')` reads them.
 */
export const EVENT_COLUMNS: Readonly<Record<string, string>> = {
  timestamp: TEXT,
  message: TEXT,
  tags: LIST,
  event: object({
    id: TEXT,
    kind: TEXT,
    category: LIST,
    type: LIST,
    action: TEXT,
    outcome: TEXT,
    reason: TEXT,
    code: TEXT,
    module: TEXT,
    dataset: TEXT,
    provider: TEXT,
    created: TEXT,
    start: TEXT,
    end: TEXT,
    original: TEXT,
  }),
  user: object({ ...PERSON, target: object(PERSON), changes: object(PERSON) }),
  group: object({ id: TEXT, name: TEXT }),
  source: object({ address: TEXT, ip: TEXT, geo: object({ city_name: TEXT }) }),
  host: object({ id: TEXT, name: TEXT, type: TEXT }),
  file: object({ name: TEXT }),
  organization: object({ id: TEXT }),
  service: object({ name: TEXT, type: TEXT }),
  observer: object({ vendor: TEXT, product: TEXT, type: TEXT }),
  related: object({ ip: LIST, user: LIST, hosts: LIST }),
  error: object({ type: TEXT, message: TEXT }),
  ecs: object({ version: TEXT }),
  tidemark: object({ vendor: TEXT, product: TEXT, connection: TEXT, feed: TEXT }),
};
