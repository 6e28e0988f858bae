import type { Duration, Instant, Range } from './time.ts';

/** A question to the vendor: a path below the connection's origin (`/audit?from=...`), or a whole URL that an answer gave us. */
export interface Request {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the vendor said. Header names are in lower case. */
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
}

/** One kind of record in a source. Decides only: no network, no clock, no environment, no secret. */
export interface Stream {
  readonly name: string;
  readonly title: string;
  /** The vendor's page about it. */
  readonly docs: string;
  /** Whether it runs when the configuration does not say. */
  readonly enabled: boolean;
  readonly every: Duration;
  readonly settle: Duration;
  readonly overlap: Duration;
  readonly longestWindow: Duration;
  /** How long the vendor keeps its records. */
  readonly retention: Duration;
  /** The smallest step of the vendor's time stamps. */
  readonly precision: Duration;
  /** The permission it takes, in the vendor's words. */
  readonly needs: string;
  /** Offset-paged streams are cut after so many pages: the rest becomes a new window, offset 0. */
  readonly cutAfterPages?: number;
  /** What to ask first. The range is already padded: ask for all of it, bounds included. */
  first(range: Range, connection: Connection): Request;
  /** What a 2xx answer means; throws `UnreadableError` when it means nothing. */
  read(answer: Answer, asked: Request): Page;
  /** Which events a record holds, and when they happened. The first one's time is the one that the vendor's range is about. */
  events(row: Row): readonly Identity[];
  /** Who acted, where a log that shows only one person's acts would be suspicious. */
  actor?(row: Row): string | undefined;
  /** The event as ECS, without what every event has (`complete` adds that). May throw: the record then travels as a pipeline_error. */
  map(row: Row, identity: Identity, connection: Connection): EcsFields;
}

/** How requests are signed; the shell performs it, so that code that decides never holds a secret. */
export type Auth = { readonly kind: 'bearer'; readonly secret: { readonly token: string } };

/** A vendor's API family: its description and its streams. */
export interface Source {
  readonly id: string;
  readonly title: string;
  readonly vendor: string;
  /** The origin when the configuration names none; a vendor with a host per tenant has none. */
  readonly origin?: string;
  readonly auth: Auth;
  readonly settings: SettingsSchema;
  readonly streams: readonly Stream[];
  /** What decides which records a feed of this connection gets: when it changes, the past of the feed has a hole. */
  scope(connection: Connection): Readonly<Record<string, string>>;
  /** What an answer tells us to do, where the vendor differs from the web at large. */
  judge?(answer: Answer, now: Instant): Verdict | undefined;
  /** What the answer says of the vendor's request quota. */
  quota?(answer: Answer, now: Instant): Quota | undefined;
  /** What a request that finds out how much the credentials may see looks like. */
  readonly sight?: Sight;
}

/** A schema for a source's settings (zod/mini): checks them, and describes them to editors. */
export type SettingsSchema = import('zod/mini').ZodMiniType<Record<string, unknown>>;

/** An auxiliary read: how much of the account can these credentials see? Its failure never stops a feed. */
export interface Sight {
  first(connection: Connection): Request;
  /** The next question, or what is now known: `undefined` when the answers do not tell. All but the first may be errors. */
  read(answers: readonly Answer[], connection: Connection): { readonly next: Request } | { readonly seen: unknown };
  /** What is worth a warning now, and what was visible before and no longer is. */
  compare(seen: unknown, before: unknown): { readonly warning?: string; readonly shrank?: string };
  /** What to say when nobody could tell, and a long stretch of the log holds the acts of one person only. */
  readonly suspicion?: string;
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
  | {
      readonly kind: 'never';
      readonly code: 'refused' | 'forbidden' | 'request' | 'origin';
      readonly reason: string;
      readonly cure: string;
    };

/** ECS fields as a mapping makes them: nested, typed where the engine and the formats read them. */
export interface EcsFields {
  message?: string;
  tags?: string[];
  event: {
    kind?: 'event' | 'state' | 'metric' | 'pipeline_error';
    category?: string[];
    type?: string[];
    action?: string;
    outcome?: 'success' | 'failure' | 'unknown';
    reason?: string;
    provider?: string;
    code?: string;
    severity?: number;
    start?: string;
    end?: string;
  };
  user?: EcsUser & { target?: EcsUser; changes?: EcsUser };
  group?: { id?: string; name?: string };
  host?: { hostname?: string; name?: string; id?: string; type?: string };
  source?: { ip?: string; address?: string; geo?: { city_name?: string } };
  organization?: { id?: string; name?: string };
  service?: { name?: string; type?: string };
  error?: { message?: string; type?: string; code?: string };
  related?: { ip?: string[]; user?: string[]; hosts?: string[]; hash?: string[] };
  /** The vendor's own namespace: `frame`, `thousandeyes`, `vbrick`. */
  [vendorOrField: string]: unknown;
}

/** Who acts, or who is acted upon. */
export interface EcsUser {
  id?: string;
  name?: string;
  full_name?: string;
  email?: string;
  domain?: string;
  roles?: string[];
}

/** A whole event: what the mapping made and what every event has. */
export interface EcsEvent extends EcsFields {
  '@timestamp': string;
  ecs: { version: string };
  event: EcsFields['event'] & {
    kind: NonNullable<EcsFields['event']['kind']>;
    id: string;
    module: string;
    dataset: string;
    created: string;
    original?: string;
  };
  observer: { vendor: string; product: string; type: string };
  tidemark: {
    feed: string;
    connection: string;
    /** Who made the service that the event is about, and its name: formats that know no vendor take them from here. */
    vendor: string;
    product: string;
    window?: { from: string; to: string };
    lateness_ms?: number;
    shortened?: boolean;
    [own: string]: unknown;
  };
}

/** One stream of one connection, with the timing in force. */
export interface Feed {
  /** `<source>/<stream>/<connection>`: the key of its checkpoint, and its name in logs and reports. */
  readonly name: string;
  readonly source: Source;
  readonly stream: Stream;
  readonly connection: Connection;
  readonly settle: Duration;
  readonly overlap: Duration;
  readonly startFrom?: Instant;
}

/** Where events go, in which shape. */
export interface Destination {
  readonly id: string;
  /** The Firehose stream that takes them. */
  readonly deliveryStream: string;
  readonly shape: Shape;
}

/** What a destination wants an event to look like. */
export interface Shape {
  readonly format: FormatId;
  /** Which CEF a consumer knows; many know only 0. */
  readonly cefVersion?: 0 | 1;
  /** Each event in an envelope of Splunk's HTTP Event Collector, with the index if one is wanted. */
  readonly hec?: { readonly index?: string };
}

export type FormatId = 'ecs' | 'cef' | 'ocsf' | 'raw';
