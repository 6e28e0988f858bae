/** A table over the archive, and its columns. */
export interface EventTable {
  /** The id of the destination whose objects it reads. */
  readonly lake: string;
  readonly database: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/** A query that is kept beside the table, for whoever wants to look. */
export interface EventQueryText {
  /** Part of the construct's id: it never changes. */
  readonly id: string;
  /** The file in `content/athena` with the query as it is for a table tidemark.lake. */
  readonly file: string;
  readonly name: string;
  readonly description: string;
  readonly text: string;
}

/** Number of days that a query looks back, the present one included. */
const DAYS = 7;
const VIEW_DAYS = 31;

/** The queries of a table. An event may have been delivered twice: each of them counts it once. */
export function eventQueries(of: EventTable): readonly EventQueryText[] {
  const { lake } = of;
  return [
    {
      id: `Query-${lake}`,
      file: 'events.sql',
      name: `Events of ${lake} in the last seven days`,
      description: 'Each event once, though it may have been delivered twice.',
      text: `${once(of, DAYS)}SELECT dt, source_id, ${quoted(of.columns)}
FROM events
ORDER BY "timestamp" DESC
LIMIT 1000
`,
    },
    {
      id: `View-${lake}`,
      file: 'view.sql',
      name: `Make a view of ${lake} without duplicates`,
      description: `Run it once. The view reads the last ${VIEW_DAYS} days each time that it is asked: change the number for more or less.`,
      text: `CREATE OR REPLACE VIEW "${of.database}"."${of.table}_once" AS
${once(of, VIEW_DAYS)}SELECT dt, source_id, ${quoted(of.columns)}
FROM events
`,
    },
    {
      id: `FailedSignIns-${lake}`,
      file: 'failed-sign-ins.sql',
      name: `Failed sign-ins of ${lake} by user in the last seven days`,
      description: 'Who failed to sign in, how often, and from how many addresses.',
      text: `${once(of, DAYS)}SELECT coalesce("user".name, "user".email, "user".id) AS who, "service".name AS service, count(*) AS failures,
  count(DISTINCT "source".ip) AS addresses, min("timestamp") AS first, max("timestamp") AS last
FROM events
WHERE contains("event".category, 'authentication') AND "event".outcome = 'failure'
GROUP BY 1, 2
ORDER BY failures DESC
LIMIT 100
`,
    },
    {
      id: `Access-${lake}`,
      file: 'users-and-access.sql',
      name: `Changes of users and access of ${lake} in the last seven days`,
      description: 'Users, groups, roles, tokens and keys: what was made, changed and deleted, by whom.',
      text: `${once(of, DAYS)}SELECT "timestamp", "service".name AS service, coalesce("user".name, "user".email, "user".id) AS who, "event".action,
  coalesce("user".target.name, "user".target.email, "user".target.id, "group".name) AS whom, "source".ip, message
FROM events
WHERE contains("event".category, 'iam') AND "event".kind = 'event'
ORDER BY "timestamp" DESC
LIMIT 1000
`,
    },
    {
      id: `SelfEvents-${lake}`,
      file: 'self-events.sql',
      name: `What Tidemark itself did or found, in ${lake}, in the last seven days`,
      description: 'Gaps, repairs, moved watermarks, lost permissions and the like.',
      text: `${once(of, DAYS)}SELECT "timestamp", "tidemark".act, "tidemark".feed, "event".outcome, "tidemark"."range"."from", "tidemark"."range"."to", message
FROM events
WHERE "event".module = 'tidemark'
ORDER BY "timestamp" DESC
LIMIT 1000
`,
    },
    {
      id: `Twice-${lake}`,
      file: 'delivered-twice.sql',
      name: `Events of ${lake} that were delivered twice, in the last seven days`,
      description: 'They are the same events, with the same ids.',
      text: `SELECT "event".id, count(*) AS copies, min("timestamp") AS happened, min(dt) AS first_day, max(dt) AS last_day
FROM "${of.database}"."${of.table}"
WHERE ${within(DAYS)}
GROUP BY 1
HAVING count(*) > 1
ORDER BY happened DESC
LIMIT 1000
`,
    },
  ];
}

/** Each event of the last days once. The days are limited inside, because that decides how much is read and paid for. */
function once({ database, table }: EventTable, days: number): string {
  return `WITH numbered AS (
  SELECT *, row_number() OVER (PARTITION BY event.id ORDER BY dt) AS copy
  FROM "${database}"."${table}"
  WHERE ${within(days)}
), events AS (
  SELECT * FROM numbered WHERE copy = 1
)
`;
}

/** The condition that a row came to the archive within the last days. */
function within(days: number): string {
  return `dt BETWEEN date_format(current_date - INTERVAL '${days - 1}' DAY, '%Y-%m-%d') AND date_format(current_date, '%Y-%m-%d')`;
}

function quoted(columns: readonly string[]): string {
  return columns.map((name) => `"${name}"`).join(', ');
}
