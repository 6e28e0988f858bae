import type { Connection, Knows, Stream } from '../../core/model.ts';
import { DAY, type Duration, MINUTE, SECOND } from '../../core/time.ts';
import { verbLine } from '../../source-kit/acts/mapping-line.ts';
import { isObject } from '../../source-kit/json-values.ts';
import { COLUMNS } from './answers/columns.ts';
import { firstQuestion } from './answers/question.ts';
import { read } from './answers/read.ts';
import { classify, firstWordOf } from './mapping/classify.ts';
import { events, stableFields } from './mapping/entry.ts';
import { map } from './mapping/map.ts';

const DOCS = 'https://portal.vbrick.com/rev-developers/v2/audit-apis';

/** One of Rev's audit logs. */
interface Collection {
  readonly name: string;
  readonly title: string;
  readonly docs: string;
  readonly enabled: boolean;
  readonly every: Duration;
  /** Its name in the path, and in `settings.watch`. */
  readonly path: string;
}

const COLLECTIONS: readonly Collection[] = [
  {
    name: 'user-access',
    title: 'User access: sign-ins, failed sign-ins, sign-outs',
    docs: `${DOCS}/audit-users/`,
    enabled: true,
    every: 5 * MINUTE,
    path: 'userAccess',
  },
  {
    name: 'users',
    title: 'User records',
    docs: `${DOCS}/audit-users/`,
    enabled: true,
    every: 5 * MINUTE,
    path: 'users',
  },
  {
    name: 'groups',
    title: 'Groups',
    docs: `${DOCS}/audit-groups/`,
    enabled: false,
    every: 15 * MINUTE,
    path: 'groups',
  },
  { name: 'devices', title: 'Devices', docs: `${DOCS}/`, enabled: false, every: 15 * MINUTE, path: 'devices' },
  {
    name: 'videos',
    title: 'Videos',
    docs: `${DOCS}/audit-video-details/`,
    enabled: false,
    every: 15 * MINUTE,
    path: 'videos',
  },
  {
    name: 'scheduled-events',
    title: 'Webcasts',
    docs: `${DOCS}/`,
    enabled: false,
    every: 15 * MINUTE,
    path: 'scheduledEvents',
  },
];

/** Everything that one user did. There is no such log for all users. */
const PRINCIPALS: Collection = {
  name: 'principals',
  title: 'All acts of one user',
  docs: `${DOCS}/`,
  enabled: true,
  every: 5 * MINUTE,
  path: 'principals',
};

/** The columns are the same in all logs. What the JSON in them holds differs from command to command, and is open. */
const KNOWS: Knows = {
  file: 'functions/sources/vbrick/mapping/entry.ts',
  fields: COLUMNS,
  event: (messageKey) => (classify(messageKey).verb === undefined ? verbLine(firstWordOf(messageKey)) : undefined),
};

export const streams: readonly Stream[] = COLLECTIONS.map(({ path, ...facts }) => ({
  ...facts,
  ...common(path),
}));

/** A stream for each thing on the watch list. Its rows and events are the same as in its collection. */
export function watched({ settings }: Connection): readonly Stream[] {
  const { watch } = settings;
  if (!isObject(watch)) return [];
  return [...COLLECTIONS, PRINCIPALS].flatMap(({ path, name, title, ...facts }) => {
    const ids = watch[path];
    return (Array.isArray(ids) ? ids : []).map((id) => ({
      ...facts,
      ...common(`${path}/${encodeURIComponent(String(id))}`),
      name: `watch-${name}-${id}`,
      title: `${title}: ${id} only`,
      viewOf: name,
      enabled: true,
    }));
  });
}

/** Properties that all of Rev's audit logs share. */
function common(path: string): Omit<Stream, 'name' | 'title' | 'docs' | 'enabled' | 'every'> {
  return {
    settle: 2 * MINUTE,
    overlap: 30 * MINUTE,
    longestWindow: DAY,
    // The vendor does not say how long it keeps its audit. Its own client asks for a year by default.
    retention: 365 * DAY,
    // Milliseconds are documented, but Rev also writes times in JavaScript's form, which has whole seconds.
    precision: SECOND,
    needs: 'Account Admin; Audit Service enabled by Vbrick support',
    first: (range, connection) => firstQuestion(path, range, connection),
    read,
    events,
    stableFields,
    knows: KNOWS,
    map,
  };
}
