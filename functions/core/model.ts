import type { Auth } from './auth.ts';
import type { EcsFields } from './ecs-event.ts';
import type { Duration, Instant, Range } from './time.ts';

export type { Auth, SecretShape } from './auth.ts';

/** A request to the vendor. */
export interface Request {
  /** A path below the connection's origin (`/audit?from=...`), or a whole URL that an answer gave us. */
  readonly url: string;
  /** GET, or POST where there is a body, unless said. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** The position that it continues from may move when it is used: sent twice, it could leave something out. */
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
}

/** One record: what the vendor wrote, to the letter, and what it means. */
export interface Row {
  readonly value: unknown;
  readonly text: string;
}

/** What a 2xx answer holds. */
export interface Page {
  readonly rows: readonly Row[];
  /** What to ask next; none at the end. */
  readonly next?: Request;
  /** The end of the range that the vendor says it has answered for, when it says so. */
  readonly answeredTo?: Instant;
  /** How many rows the vendor says there are from here to the end of the range. */
  readonly total?: number;
}

/** One event of a record: usually the record is one event; a session is its start and its end. */
export interface Identity {
  /** The vendor's id, when it alone tells this event from every other. */
  readonly id?: string;
  /** None when the vendor gave no time, or an impossible one. */
  readonly time?: Instant;
  /** Which of the record's events this is, when there are several. */
  readonly phase?: string;
}

/** An account at a vendor, as an invocation gets it: checked, with its defaults filled in. */
export interface Connection {
  readonly id: string;
  readonly source: string;
  readonly origin: string;
  readonly secret: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** What the source's lookups have found out about it, by their names. */
  readonly found?: Readonly<Record<string, unknown>>;
}

/** What every stream says about itself, whatever kind it is. */
export interface StreamFacts {
  readonly name: string;
  readonly title: string;
  /** The vendor's page about it. */
  readonly docs: string;
  /** Whether it runs when the configuration does not say. */
  readonly enabled: boolean;
  readonly every: Duration;
  /** How long the vendor keeps its records. */
  readonly retention: Duration;
  /** The permission it takes, in the vendor's words. */
  readonly needs: string;
  /** The stream whose records these are, when it is another's view of them: it shares that one's dataset and timing. */
  readonly viewOf?: string;
}

/** How far behind the watermark to read again, and how often: beyond the overlap, which every run reads. */
export interface Reread {
  readonly every: Duration;
  readonly overlap: Duration;
}

/** One kind of record in a source. Decides only: no network, no clock, no environment, no secret. */
export interface Stream extends StreamFacts {
  readonly settle: Duration;
  readonly overlap: Duration;
  readonly rereads?: readonly Reread[];
  readonly longestWindow: Duration;
  /** The smallest step of the vendor's time stamps. */
  readonly precision: Duration;
  /** The vendor's range is about something else than the rows' own times: what comes is kept, wherever its time lies. */
  readonly rangeIgnoresRowTime?: boolean;
  /** The vendor answers for whole steps of this length only, such as days: a range is asked for from step to step. Such a stream is `rangeIgnoresRowTime`. */
  readonly windowStep?: Duration;
  /** Offset-paged streams are cut after so many pages: the rest becomes a new window, offset 0. */
  readonly cutAfterPages?: number;
  /** What to ask first. The range is already padded: ask for all of it, bounds included. */
  first(range: Range, connection: Connection): Request;
  /** What a 2xx answer means; throws `UnreadableError` when it means nothing. */
  read(answer: Answer, asked: Request): Page;
  /** Which events a record holds, and when they happened. The first one's time is the one that the vendor's range is about. */
  events(row: Row): readonly Identity[];
  /** What a record shows to go on or to have ended. What goes on is asked for again, at its own time, until it has ended. */
  ongoing?(row: Row): { readonly key: string; readonly since: Instant; readonly ended: boolean } | undefined;
  /**
   * What of a record stays the same when the vendor changes it later, such as its time, its ids and what happened: where records
   * have no id of the vendor's, a changed one would else look like one that is missing and one too many.
   */
  stableFields?(row: Row): string;
  /** Who acted, where a log that shows only one person's acts would be suspicious. */
  actor?(row: Row): string | undefined;
  /** The event as ECS, without what every event has (`complete` adds that). May throw: the record then travels as a pipeline_error. */
  map(row: Row, identity: Identity, connection: Connection): EcsFields;
}

/** A stream about how things are: what it gives are the changes from how they were when it was last read. */
export interface SnapshotStream extends StreamFacts {
  readonly kind: 'snapshot';
  /** What one of its things is called: `API key`, `account`. */
  readonly thing: string;
  first(connection: Connection): Request;
  /** What a 2xx answer means, and what else it makes us ask. Throws `UnreadableError` when it means nothing. */
  read(
    answer: Answer,
    asked: Request,
    connection: Connection,
  ): { readonly rows: readonly Row[]; readonly asks: readonly Request[] };
  /** The things in a record, each under a key that it keeps for life; nothing secret in them, and lists without an order in a fixed one. */
  items(row: Row): readonly Item[];
  /** A change as ECS, without what every event has. */
  mapChange(change: Change, connection: Connection): EcsFields;
  /** How things are when they are seen for the first time, as ECS. */
  mapBaseline(items: readonly Item[], connection: Connection): EcsFields;
}

/** One thing of a snapshot. */
export interface Item {
  readonly key: string;
  /** JSON. */
  readonly value: unknown;
}

/** How a thing differs from what it was. */
export interface Change {
  readonly kind: 'created' | 'changed' | 'deleted';
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** The paths of what is different in it, such as `roles[0].name`; of a changed thing only. */
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
  /** The origin when the configuration names none; a vendor with a host per tenant has none. */
  readonly origin?: string;
  readonly auth: Auth;
  readonly settings: SettingsSchema;
  readonly streams: readonly AnyStream[];
  /** Further streams that a connection's settings ask for, each for one thing that is watched. Always on. */
  watched?(connection: Connection): readonly Stream[];
  /** What decides which records a feed of this connection gets: when it changes, the past of the feed has a hole. */
  scope(connection: Connection): Readonly<Record<string, string>>;
  /** What an answer tells us to do, where the vendor differs from the web at large. */
  judge?(answer: Answer, now: Instant, asked: Request): Verdict | undefined;
  /** What the answer says of the vendor's request quota. */
  quota?(answer: Answer, now: Instant): Quota | undefined;
  /** What a request that finds out how much the credentials may see looks like. */
  readonly visibility?: Visibility;
  /** What is to be found out about a connection beside its feeds. */
  readonly lookups?: readonly Lookup[];
  /** How many requests the vendor allows where its answers do not say, and which requests share that. */
  pace?(request: Request, connection: Connection): Pace | undefined;
  /** How the vendor gives out a new credential for one that still works, where it does. Beside it, `rotate-handler.ts` is the entry point. */
  readonly rotation?: Rotation;
  /** How our own sign-ins are told in a log that shows them. */
  readonly ownSignIns?: OwnSignIns;
}

/** A schema for a source's settings (zod/mini): checks them, and describes them to editors. */
export type SettingsSchema = import('zod/mini').ZodMiniType<Record<string, unknown>>;

/** An auxiliary read: how much of the account can these credentials see? Its failure never stops a feed. */
export interface Visibility {
  first(connection: Connection): Request;
  /** The next question, or what is now known: `undefined` when the answers do not tell. All but the first may be errors. */
  read(answers: readonly Answer[], connection: Connection): { readonly next: Request } | { readonly seen: unknown };
  /** What is worth a warning now, and what was visible before and no longer is. */
  compare(seen: unknown, before: unknown): { readonly warning?: string; readonly shrank?: string };
  /** What to say when nobody could tell, and a long stretch of the log holds the acts of one person only. */
  readonly singleActorWarning?: string;
}

/** An auxiliary read: the id of the account, the names of things. Its answer is kept with the connection. */
export interface Lookup {
  /** Where its answer stands in `connection.found`. */
  readonly name: string;
  /** How old the answer may get. It is asked again at once when the secret has changed. */
  readonly age: Duration;
  /** What to do when it cannot be found out and no feed can ask without it. Where that is missing, feeds can. */
  readonly remedy?: string;
  /** Whether this connection needs it. */
  wanted(connection: Connection): boolean;
  first(connection: Connection): Request;
  /** The next question, or what was found. All answers are 2xx. */
  read(answers: readonly Answer[], connection: Connection): { readonly next: Request } | { readonly found: unknown };
}

/** So many requests a minute, evenly, for all requests of a bucket. */
export interface Pace {
  readonly bucket: string;
  readonly perMinute: number;
}

/** A log of sign-ins shows our own, too: those that match one that we know of are marked, others under our account are suspicious. */
export interface OwnSignIns {
  /** Our account at the vendor, when it is known. */
  account(connection: Connection): string | undefined;
  /** Whose sign-in a record shows, if it shows one. */
  signIn(row: Row): { readonly account?: string } | undefined;
  /** Whether our own are left out. */
  leaveOut(connection: Connection): boolean;
}

/**
 * How a credential is exchanged for a new one by one request. All of it is data, also where the new one stands in the answer:
 * so it passes through no code that decides.
 */
export interface Rotation {
  /** How old a credential gets. */
  readonly every: Duration;
  /** How long the old one works after a new one was made, at most. */
  readonly oldLives: Duration;
  /** A harmless question, asked first: a vendor that cannot answer it today is not asked for a credential. */
  readonly rehearsal: Request;
  readonly request: Request;
  /** Which field of the answer's JSON each field of the secret is. */
  readonly fields: Readonly<Record<string, string>>;
  /** Which field of the answer says until when it is valid. */
  readonly validUntil: string;
  /** Statuses by which the vendor says that it has made nothing, and why; `dying` where the credential in use may be one that dies soon. */
  readonly refusals: Readonly<Record<number, { readonly why: string; readonly dying?: true }>>;
  /** How a person gets a new one. */
  readonly remedy: string;
}

/** A vendor's request quota, as its answer states it. */
export interface Quota {
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Instant;
}

/** What an answer tells us to do. */
export type Verdict =
  | { readonly kind: 'done' }
  /** Ask again: at a time when the vendor gave one. */
  | { readonly kind: 'later'; readonly at?: Instant; readonly throttled: boolean; readonly reason: string }
  /** What this request goes on with has run out at the vendor: the window is begun again. */
  | { readonly kind: 'expired'; readonly reason: string }
  | {
      readonly kind: 'never';
      readonly code: 'refused' | 'forbidden' | 'request' | 'origin';
      readonly reason: string;
      readonly remedy: string;
    };

/** One stream of one connection, with the timing in force. */
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

/** Where events go, and in which shape. */
export interface Destination {
  readonly id: string;
  /** The Firehose stream that takes them. */
  readonly deliveryStream: string;
  readonly shape: Shape;
}

/**
 * What a destination wants an event to look like. A type of destination that puts events into an envelope adds a field with the
 * envelope's settings, where it declares the envelope (functions/destinations).
 */
export interface Shape {
  readonly format: FormatId;
  /** Which CEF a consumer knows; many know only 0. */
  readonly cefVersion?: 0 | 1;
}

export type FormatId = 'ecs' | 'cef' | 'ocsf' | 'raw';
