import * as z from 'zod/mini';
import type { Auth } from '../auth.ts';
import { TidemarkError } from '../errors.ts';
import { type AnyFeed, type AnyStream, type Connection, isSnapshot, type Source } from '../model.ts';
import { DURATION, type Duration, formatDuration, parseDuration, parseInstant } from '../time.ts';
import { isOrigin, ORIGIN_WANTED } from './origins.ts';

export { isOrigin, ORIGIN_WANTED } from './origins.ts';

/** What a vendor's quota and a small function's memory bear. */
const MAX_REQUESTS_IN_FLIGHT = 8;

const ID = 'letters, digits, dots, dashes and underscores, at most 64, beginning with a letter or digit';
const DURATION_WANTED = 'a duration such as 90s, 30m, 24h or 7d';
const TIME_WANTED = 'a time such as 2026-01-10T00:00:00Z';

const duration = described(z.string().check(z.regex(DURATION, DURATION_WANTED)), DURATION_WANTED);

const snapshotSettings = z.strictObject({
  enabled: z.optional(described(z.boolean(), 'Whether the stream runs.')),
  every: z.optional(described(duration, 'How often it runs.')),
});

const streamSettings = z.extend(snapshotSettings, {
  startFrom: z.optional(
    described(
      z.string().check(z.refine((text) => parseInstant(text) !== undefined, TIME_WANTED)),
      'Where its first run begins (default: 24 hours before that run). It has no effect later: earlier events need a backfill.',
    ),
  ),
  settle: z.optional(described(duration, 'How long after now to wait before a window may end there.')),
  overlap: z.optional(described(duration, 'How far behind the watermark each run reads again, to catch late events.')),
  rereads: z.optional(
    described(
      z.array(z.strictObject({ every: duration, overlap: duration })).check(z.maxLength(5)),
      'Longer re-reads at longer intervals, such as {"every":"1d","overlap":"7d"}.',
    ),
  ),
});

/** The schema of one connection to this source in tidemark.json. All settings have defaults, except id, source and those that the source requires. */
export function connectionSchema(source: Source) {
  const streams = Object.fromEntries(
    source.streams.map((stream) => [stream.name, z.optional(described(settingsOf(stream), stream.title))]),
  );
  const origin = z.string().check(z.refine(isOrigin, ORIGIN_WANTED));
  return z.strictObject({
    id: described(
      z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, ID)),
      'Your name for the account. Never change it: checkpoints and event ids depend on it.',
    ),
    source: z.literal(source.id),
    origin: source.origin
      ? z._default(described(origin, 'Where the API lives.'), source.origin)
      : described(origin, 'Where the API lives: every tenant has its own host.'),
    secret: z.optional(
      described(
        z.string().check(z.minLength(1)),
        `The name of its secret, with a value like ${secretShapes(source.auth)} (default: tidemark/<source>/<id>).`,
      ),
    ),
    settings: connectionSettings(source),
    requestsInFlight: z.optional(
      described(
        z.int().check(z.minimum(1), z.maximum(MAX_REQUESTS_IN_FLIGHT)),
        `How many requests a feed may have with the vendor at the same time while it reads a backlog (default: 1, at most ${MAX_REQUESTS_IN_FLIGHT}).`,
      ),
    ),
    streams: z.optional(described(z.strictObject(streams), 'Settings that differ from the defaults, by stream.')),
    ...(source.rotation ? { rotate: rotateSetting(source.rotation.every) } : NO_ROTATION),
  });
}

/** The source's own settings. They may be left out as a whole unless one of them is required. */
function connectionSettings({ auth, settings }: Source): z.ZodMiniType<Record<string, unknown>> {
  const setting = auth.kind === 'oauth2-client-credentials' ? auth.tokenUrlSetting : undefined;
  const checked = setting === undefined ? settings : settings.check(tokenUrlCheck(setting));
  return settings.safeParse({}).success ? z.prefault(checked, {}) : checked;
}

/** The client's secret is sent to this URL: it must be as safe as an origin. */
function tokenUrlCheck(setting: string) {
  const isSafe = (settings: unknown) => {
    const url = valueAt(settings, [setting]);
    return url === undefined || (typeof url === 'string' && isOrigin(url));
  };
  return z.refine(isSafe, { error: ORIGIN_WANTED, path: [setting] });
}

/** Where a source has no rotation, the setting is unknown. */
const NO_ROTATION = {} as { rotate: ReturnType<typeof rotateSetting> };

function rotateSetting(every: Duration) {
  return z.optional(
    described(
      z.boolean(),
      `In an AWS account: when the credential is ${formatDuration(every)} old, it is exchanged for a new one, which is stored in the secret. Nothing else may use the credential, because the old one stops working.`,
    ),
  );
}

function settingsOf(stream: AnyStream) {
  return isSnapshot(stream) ? snapshotSettings : streamSettings;
}

/** The shapes that a secret may have, for messages. */
export function secretShapes({ secret }: Auth): string {
  return secret.map((shape) => JSON.stringify(shape)).join(' or ');
}

/** Timing of one stream, as written in the configuration. */
export type StreamSettings = z.infer<typeof snapshotSettings> & Partial<z.infer<typeof streamSettings>>;

/** A connection as an invocation receives it: with all defaults filled in, except those of its streams. */
export interface ConfiguredConnection extends Connection {
  readonly streams: Readonly<Record<string, StreamSettings>>;
  /** Whether its credential is exchanged for a new one at regular intervals. */
  readonly rotate?: true;
}

/** Checks one connection and fills its defaults in. */
export function parseConnection(source: Source, value: unknown): ConfiguredConnection {
  return fillDefaults(check(connectionSchema(source), value, 'connection'));
}

export function fillDefaults(parsed: z.infer<ReturnType<typeof connectionSchema>>): ConfiguredConnection {
  const streams = Object.fromEntries(
    Object.entries(parsed.streams ?? {}).filter(([, settings]) => settings !== undefined),
  );
  return {
    id: parsed.id,
    source: parsed.source,
    origin: parsed.origin,
    secret: parsed.secret ?? `tidemark/${parsed.source}/${parsed.id}`,
    settings: parsed.settings,
    streams: streams as Record<string, StreamSettings>,
    ...(parsed.requestsInFlight !== undefined && { requestsInFlight: parsed.requestsInFlight }),
    ...(parsed.rotate && { rotate: true }),
  };
}

/** The feeds of a connection: one for each of its streams and for each object that it watches, with the timing in force. */
export function feedsOf(
  source: Source,
  connection: ConfiguredConnection,
): (AnyFeed & { enabled: boolean; every: Duration })[] {
  const watched = source.watched?.(connection) ?? [];
  return [
    ...source.streams.map((stream) => feedOf(source, connection, stream)),
    ...watched.map((stream) => ({ ...feedOf(source, connection, stream), enabled: true })),
  ];
}

function feedOf(source: Source, connection: ConfiguredConnection, stream: AnyStream) {
  const own = connection.streams[stream.viewOf ?? stream.name] ?? {};
  const common = {
    name: `${source.id}/${stream.name}/${connection.id}`,
    source,
    connection,
    enabled: own.enabled ?? stream.enabled,
    every: parseDuration(own.every ?? '') ?? stream.every,
  };
  if (isSnapshot(stream)) return { ...common, stream };
  const startFrom = parseInstant(own.startFrom);
  const rereads = own.rereads?.map(({ every, overlap }) => ({
    every: parseDuration(every) as Duration,
    overlap: parseDuration(overlap) as Duration,
  }));
  return {
    ...common,
    stream,
    settle: parseDuration(own.settle ?? '') ?? stream.settle,
    overlap: parseDuration(own.overlap ?? '') ?? stream.overlap,
    rereads: rereads ?? stream.rereads ?? [],
    ...(startFrom !== undefined && { startFrom }),
  };
}

/** Checks a value. The error names the path, the value there, and the expected value. */
export function check<T>(schema: z.ZodMiniType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = fillMissingObjects(schema, value, result.error);
  const lines = issues.flatMap((issue) => explain(issue, value));
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${what} is not right:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    remedy: 'Correct the settings that are named above.',
  });
}

/** Explains a missing object by its missing fields: replaces it by an empty object and checks again. */
function fillMissingObjects(schema: z.ZodMiniType, value: unknown, error: z.core.$ZodError): z.core.$ZodError {
  const missing = error.issues.filter(
    (issue) => issue.code === 'invalid_type' && issue.expected === 'object' && valueAt(value, issue.path) === undefined,
  );
  if (missing.length === 0 || missing.some(({ path }) => path.length === 0)) return error;
  const filled: unknown = structuredClone(value);
  for (const { path } of missing) Object.assign(valueAt(filled, path.slice(0, -1)) ?? {}, { [path.at(-1) ?? '']: {} });
  return schema.safeParse(filled).error ?? error;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
}

function explain(issue: z.core.$ZodIssue, root: unknown): string[] {
  const there = valueAt(root, issue.path);
  const path = pathText(issue.path);
  const meant = issue.code === 'invalid_union' ? issue.errors.find((issues) => !issues.some(isOtherType)) : undefined;
  if (meant) return meant.flatMap((inner) => explain({ ...inner, path: [...issue.path, ...inner.path] }, root));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${pathText([...issue.path, key])}: there is no such setting; look for a misspelling.`,
    );
  }
  if (there === undefined) return [`${path}: nothing is there, wanted ${wanted(issue)}.`];
  // Somebody may have put the credentials themselves where the name of their secret belongs.
  const isHidden = issue.path.at(-1) === 'secret' && typeof there === 'object';
  const found = isHidden ? 'something that is not shown' : shape(there);
  return [`${path}: there is ${found}, wanted ${wanted(issue)}.`];
}

/** Whether a value is of another type than one of several that it may have. */
function isOtherType({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

/** The message of a schema that has none of its own. */
const NO_MESSAGE = 'Invalid input';

function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message !== NO_MESSAGE) return issue.message;
  if (issue.code === 'invalid_type') return `${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(' or ');
  if (issue.code === 'too_small') return `at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `at most ${issue.maximum}`;
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options))
    return issue.options.map((option) => JSON.stringify(option)).join(' or ');
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return issue.errors.flatMap(([first]) => (first ? [wanted(first)] : [])).join(' or ');
  }
  return issue.message;
}

/** A value for an error message: short, on one line, and without a password in a URL. */
function shape(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value)).replace(/:\/\/[^/@"]*@/g, '://...@');
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((key) =>
      typeof key === 'number'
        ? `[${key}]`
        : /^[\w-]+$/.test(String(key))
          ? `.${String(key)}`
          : `[${JSON.stringify(String(key))}]`,
    )
    .join('');
  return `$${text}`;
}

/** A schema with a description, which appears in the JSON Schema and in editors. */
export function described<T extends z.ZodMiniType>(schema: T, description: string): T {
  return schema.check(z.describe(description)) as T;
}
