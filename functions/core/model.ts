import type { Auth } from './auth.ts';
import type { EcsFields } from './ecs-event.ts';
import type { Duration, Instant, Range } from './time.ts';

export type { Auth, SecretShape } from './auth.ts';

/** A request to the vendor. */
export interface Request {
  /** A path below the connection's origin (`/audit?from=...`), or a whole URL that an answer gave us. */
  readonly url: string;
  /** Default: POST for a request with a body, else GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /**
   * The list of records in the answer. Set if the vendor gives all of a step in one answer, however much that is: one that is too
   * large for memory then comes in pieces.
   */
  readonly list?: string;
  /** Must be sent only once: the vendor may move the position that it continues from, so a second one could skip records. */
  readonly once?: boolean;
}

/** The text of a request's body, and its media type. */
export interface RequestBody {
  readonly contentType: string;
  readonly text: string;
}

/** The vendor's answer. Header names are in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The share of the memory for answers that it takes. */
  readonly share?: number;
  /** The text of an answer that is too large for memory, to be read once. `text` is empty then. */
  readonly pieces?: AsyncIterable<string>;
}

/** One record: the vendor's exact text, and its parsed value. */
export interface Row {
  readonly value: unknown;
  readonly text: string;
  /** Why this is not the whole record. It is delivered as a pipeline_error. */
  readonly problem?: string;
}

/** The content of a 2xx answer. */
export interface Page {
  readonly rows: readonly Row[];
  /** The request for the next page. Undefined at the end. */
  readonly next?: Request;
  /** The end of the range that the answer covers, if the vendor states it. */
  readonly answeredTo?: Instant;
  /** Number of rows from here to the end of the range, as the vendor states it. */
  readonly total?: number;
}

/** Compares what a list held with what its document says about it. */
export interface ListCheck {
  /** Takes note of some records of the list, and of the rows that were made of them. */
  add(records: number, rows: readonly Row[]): void;
  /** Throws `UnreadableError` if the document, without its list, says something else. */
  end(document: Readonly<Record<string, unknown>>): void;
}

/** What tells a record from others, where that is not the whole record. */
export interface RecordKey {
  /** The vendor's id. It is believed only together with the content, since a vendor may use an id twice. */
  readonly id?: string;
  /** What of the record never changes, as text: its time, who did what, and where. Undefined: the whole record. */
  readonly content?: string;
}

/** One event of a record. Most records are one event; the record of a session is two, its start and its end. */
export interface Identity {
  /** Undefined if the vendor gave no time, or an impossible one. */
  readonly time?: Instant;
  /** Name of this event among the events of its record. Undefined if there is only one. */
  readonly phase?: string;
}

/** An account at a vendor, as an invocation gets it: checked, with its defaults filled in. */
export interface Connection {
  readonly id: string;
  readonly source: string;
  readonly origin: string;
  readonly secret: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Maximum number of requests to the vendor at the same time. Default: one. */
  readonly requestsInFlight?: number;
  /** Results of the source's lookups, by their names. */
  readonly found?: Readonly<Record<string, unknown>>;
}

/** The description of a stream of any kind. */
export interface StreamFacts {
  readonly name: string;
  readonly title: string;
  /** The vendor's page about it. */
  readonly docs: string;
  /** Whether it runs by default. */
  readonly enabled: boolean;
  readonly every: Duration;
  /** How long the vendor keeps its records. */
  readonly retention: Duration;
  /** The permission that it needs, in the vendor's words. */
  readonly needs: string;
  /** What the vendor does not log, or logs in an unexpected way: whoever writes rules has to know it. */
  readonly remarks?: readonly string[];
  /** The stream whose records this one shows in another way. Both share the dataset and the timing. */
  readonly viewOf?: string;
}

/** A re-read beyond the overlap, which every run reads: its interval, and how far behind the watermark it begins. */
export interface Reread {
  readonly every: Duration;
  readonly overlap: Duration;
}

/** One kind of record in a source. Its functions are pure: they use no network, clock, environment or secret. */
export interface Stream extends StreamFacts {
  readonly settle: Duration;
  readonly overlap: Duration;
  readonly rereads?: readonly Reread[];
  readonly longestWindow: Duration;
  /** The smallest step of the vendor's time stamps. */
  readonly precision: Duration;
  /** The vendor selects records by something else than the rows' own times, so rows with a time outside the range are kept. */
  readonly rangeIgnoresRowTime?: boolean;
  /** Set if the vendor answers only for whole steps of this length, such as days: ranges are widened to whole steps. It implies `rangeIgnoresRowTime`. */
  readonly windowStep?: Duration;
  /** Maximum number of pages of a window, for streams that page by offset. The rest becomes a new window with offset 0. */
  readonly cutAfterPages?: number;
  /** The first request for a range. The range already has its margins: ask for all of it, bounds included. */
  first(range: Range, connection: Connection): Request;
  /**
   * Reads a 2xx answer. Throws `UnreadableError` if it cannot be read. An answer to a request with a `list` that is too large for
   * memory is read in several parts: each is a document with nothing but some records of the list.
   */
  read(answer: Answer, asked: Request): Page;
  /**
   * The request after one whose page is full, for streams that page by offset. Where several requests are allowed at the same time,
   * it is sent before that page has come. Its answer is used only if `read` leads to it.
   */
  pageAfter?(asked: Request): Request;
  /** Begins to check an answer that is read in parts against what it says about its list. */
  listCheck?(): ListCheck;
  /**
   * What tells a record from others: two with the same key are one. Undefined: the whole record does, and identical ones are
   * numbered. It must name few fields, so that one that the vendor adds to all records makes no new records of them.
   */
  recordKey?(row: Row): RecordKey | undefined;
  /** The events of a record, with their times. The vendor's range is about the time of the first one. */
  events(row: Row): readonly Identity[];
  /** Something with a duration that a record shows, such as a session. As long as it has not ended, the range of its start is read again. */
  ongoing?(row: Row): { readonly key: string; readonly since: Instant; readonly ended: boolean } | undefined;
  /**
   * The fields of a record that stay the same when the vendor changes it later, such as its time and its ids. Without them,
   * verification would report a changed record as one missing and one extra record, unless its key stays the same.
   */
  stableFields?(row: Row): string;
  /** The actor of a record. Only for logs in which acts of a single person would be suspicious. */
  actor?(row: Row): string | undefined;
  /** What the mapping knows of a record, so that what it does not know can be told. */
  readonly knows?: Knows;
  /** The event as ECS, without the fields of every event (`complete` adds them). If it throws, the record is delivered as a pipeline_error. */
  map(row: Row, identity: Identity, connection: Connection): EcsFields;
}

/** What a mapping knows of the vendor's records. */
export interface Knows {
  /** The file of the mapping. */
  readonly file: string;
  /** The properties of a record that it reads, or leaves out on purpose; those of an object or of the objects of a list after a dot. */
  readonly fields: readonly string[];
  /** How the mapping would take an event of this name: the `event.code` of its events. Undefined if it knows the name. */
  event?(name: string): MappingLine | undefined;
}

/** A line of a mapping, and its file. */
export interface MappingLine {
  readonly file: string;
  readonly line: string;
}

/** A stream that reads the present state of things. Its events are the changes since the last read. */
export interface SnapshotStream extends StreamFacts {
  readonly kind: 'snapshot';
  /** The name of one of its things: `API key`, `account`. */
  readonly thing: string;
  first(connection: Connection): Request;
  /** Reads a 2xx answer: its rows, and the requests that follow from it. Throws `UnreadableError` if it cannot be read. */
  read(
    answer: Answer,
    asked: Request,
    connection: Connection,
  ): { readonly rows: readonly Row[]; readonly asks: readonly Request[] };
  /** The things in a record, each with a key that never changes. They must hold nothing secret, and unordered lists must be sorted. */
  items(row: Row): readonly Item[];
  /** A change as ECS, without the fields of every event. */
  mapChange(change: Change, connection: Connection): EcsFields;
  /** The first snapshot as ECS. */
  mapBaseline(items: readonly Item[], connection: Connection): EcsFields;
}

/** One thing of a snapshot. */
export interface Item {
  readonly key: string;
  /** JSON. */
  readonly value: unknown;
}

/** A change of one thing between two snapshots. */
export interface Change {
  readonly kind: 'created' | 'changed' | 'deleted';
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** The paths of the differences, such as `roles[0].name`. Empty unless the thing was changed. */
  readonly fields: readonly string[];
}

export type AnyStream = Stream | SnapshotStream;

export function isSnapshot(stream: AnyStream): stream is SnapshotStream {
  return 'kind' in stream && stream.kind === 'snapshot';
}

/** A vendor's API family: its description and its streams. */
export interface Source {
  readonly id: string;
  readonly title: string;
  readonly vendor: string;
  /** The default origin. Undefined for a vendor with one host per tenant. */
  readonly origin?: string;
  readonly auth: Auth;
  readonly settings: SettingsSchema;
  readonly streams: readonly AnyStream[];
  /** Further streams that a connection's settings define, one for each watched thing. They are always enabled. */
  watched?(connection: Connection): readonly Stream[];
  /** The settings that determine which records a feed gets. If they change, records of the new scope are missing from the feed's past. */
  scope(connection: Connection): Readonly<Record<string, string>>;
  /**
   * What the connection reads, by the vendor's own id: an account, a customer. Two connections with the same one get the same ids
   * for the same records. Undefined if only the credentials determine it: then no two connections get the same ids.
   */
  tenant?(connection: Connection): string | undefined;
  /** The verdict on an answer, where the vendor deviates from the usual meaning of statuses. Undefined: the usual meaning. */
  judge?(answer: Answer, now: Instant, asked: Request): Verdict | undefined;
  /** The request quota that an answer states. */
  quota?(answer: Answer, now: Instant): Quota | undefined;
  /** The check of what the credentials may see. */
  readonly visibility?: Visibility;
  /** Auxiliary reads about a connection. */
  readonly lookups?: readonly Lookup[];
  /** The allowed rate of requests, for vendors whose answers state no quota. */
  pace?(request: Request, connection: Connection): Pace | undefined;
  /** How a working credential is exchanged for a new one, if the vendor can do that. The source then also has a `rotate-handler.ts`. */
  readonly rotation?: Rotation;
  /** How to recognise our own sign-ins in a log that shows them. */
  readonly ownSignIns?: OwnSignIns;
}

/** A schema for a source's settings (zod/mini): checks them, and describes them to editors. */
export type SettingsSchema = import('zod/mini').ZodMiniType<Record<string, unknown>>;

/** An auxiliary read that finds out how much of the account the credentials can see. Its failure never stops a feed. */
export interface Visibility {
  first(connection: Connection): Request;
  /** The next request, or the result. `seen` is undefined if the answers do not tell. Answers after the first may be errors. */
  read(answers: readonly Answer[], connection: Connection): { readonly next: Request } | { readonly seen: unknown };
  /** Compares the result with the last one: a warning about it, and what was visible before and no longer is. */
  compare(seen: unknown, before: unknown): { readonly warning?: string; readonly shrank?: string };
  /** The warning if the check gave no result and a long part of the log holds the acts of a single person. */
  readonly singleActorWarning?: string;
}

/** An auxiliary read, such as the id of the account or the names of things. Its result is stored with the connection. */
export interface Lookup {
  /** The key of its result in `connection.found`. */
  readonly name: string;
  /** Maximum age of the result. After a change of the secret it is read again at once. */
  readonly age: Duration;
  /** The remedy if it fails. Set only if feeds cannot run without the result. */
  readonly remedy?: string;
  /** Whether this connection needs it. */
  wanted(connection: Connection): boolean;
  first(connection: Connection): Request;
  /** The next request, or the result. All answers are 2xx. */
  read(answers: readonly Answer[], connection: Connection): { readonly next: Request } | { readonly found: unknown };
}

/** Maximum number of requests a minute for all requests of a bucket, evenly spaced. */
export interface Pace {
  readonly bucket: string;
  readonly perMinute: number;
}

/** A log of sign-ins also shows our own. Those that match a sign-in of ours on record are marked; others under our account are suspicious. */
export interface OwnSignIns {
  /** Our account at the vendor. Undefined if it is not known. */
  account(connection: Connection): string | undefined;
  /** The account whose sign-in a record shows. Undefined if the record shows no sign-in. */
  signIn(row: Row): { readonly account?: string } | undefined;
  /** Whether our own sign-ins are not delivered. */
  leaveOut(connection: Connection): boolean;
}

/**
 * The request that exchanges a credential for a new one. It is pure data, including the place of the new credential in the
 * answer, so the credential passes through no code of the source.
 */
export interface Rotation {
  /** The age at which a credential is exchanged. */
  readonly every: Duration;
  /** Maximum time for which the old credential still works after the exchange. */
  readonly oldLives: Duration;
  /** A harmless request that is sent first. If the vendor does not answer it, no exchange is tried that day. */
  readonly rehearsal: Request;
  readonly request: Request;
  /** For each field of the secret, the field of the answer's JSON that holds its new value. */
  readonly fields: Readonly<Record<string, string>>;
  /** The field of the answer with the end of the new credential's validity. */
  readonly validUntil: string;
  /** Statuses that mean that no credential was made, each with the reason. `dying`: the credential in use may soon stop working. */
  readonly refusals: Readonly<Record<number, { readonly why: string; readonly dying?: true }>>;
  /** How a person gets a new credential. */
  readonly remedy: string;
}

/** A vendor's request quota, as its answer states it. */
export interface Quota {
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Instant;
}

/** What to do after an answer. */
export type Verdict =
  | { readonly kind: 'done' }
  /** Ask again; not before `at`, if the vendor gave a time. */
  | { readonly kind: 'later'; readonly at?: Instant; readonly throttled: boolean; readonly reason: string }
  /** The paging state of this request has expired at the vendor: the window is read again from its start. */
  | { readonly kind: 'expired'; readonly reason: string }
  | {
      readonly kind: 'never';
      readonly code: 'refused' | 'forbidden' | 'request' | 'origin';
      readonly reason: string;
      readonly remedy: string;
    };

/** One stream of one connection, with its configured timing. */
export interface Feed {
  /** `<source>/<stream>/<connection>`: the key of its checkpoint, and its name in logs and reports. */
  readonly name: string;
  readonly source: Source;
  readonly stream: Stream;
  readonly connection: Connection;
  readonly settle: Duration;
  readonly overlap: Duration;
  readonly rereads?: readonly Reread[];
  readonly startFrom?: Instant;
}

/** A snapshot stream of one connection. */
export interface SnapshotFeed {
  readonly name: string;
  readonly source: Source;
  readonly stream: SnapshotStream;
  readonly connection: Connection;
}

export type AnyFeed = Feed | SnapshotFeed;

export function isSnapshotFeed(feed: AnyFeed): feed is SnapshotFeed {
  return isSnapshot(feed.stream);
}

/** A destination of events, and their shape there. */
export interface Destination {
  readonly id: string;
  /** The Firehose stream that takes them. */
  readonly deliveryStream: string;
  /** Maximum time for which that stream keeps an event before it has passed it on, or put it aside. */
  readonly heldFor: Duration;
  readonly shape: Shape;
}

/**
 * The shape of events at a destination. A type of destination that puts events into an envelope adds a field with the
 * envelope's settings, where it declares the envelope (functions/destinations).
 */
export interface Shape {
  readonly format: FormatId;
  /** The version of CEF that the consumer reads. Many read only version 0. */
  readonly cefVersion?: 0 | 1;
  /** The version of OCSF that the consumer reads. Undefined is the first one, which most consumers take. */
  readonly ocsfVersion?: OcsfVersion;
  /** Each event is a Firehose record of its own, because the destination takes a record as one event. Otherwise records hold many. */
  readonly onePerRecord?: true;
  /** The largest event that the destination takes, in bytes. */
  readonly maxBytes?: number;
}

/** The versions of OCSF in which events can be written, the oldest first. */
export const OCSF_VERSIONS = ['1.3.0', '1.5.0', '1.8.0'] as const;
export type OcsfVersion = (typeof OCSF_VERSIONS)[number];

export type FormatId = 'ecs' | 'cef' | 'ocsf' | 'raw';
