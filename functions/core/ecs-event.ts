/** The ECS fields that a mapping returns: nested, and typed where the engine or the formats read them. */
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
  user?: EcsUser & { target?: EcsUser; changes?: EcsUser; effective?: EcsUser };
  group?: { id?: string; name?: string };
  host?: { hostname?: string; name?: string; id?: string; type?: string };
  source?: { ip?: string; address?: string; geo?: { city_name?: string } };
  organization?: { id?: string; name?: string };
  service?: { name?: string; type?: string };
  error?: { message?: string; type?: string; code?: string };
  related?: { ip?: string[]; user?: string[]; hosts?: string[]; hash?: string[] };
  /** The vendor's own namespace: the id of its source. */
  [vendorOrField: string]: unknown;
}

/** The user who acts, or the user who is affected. */
export interface EcsUser {
  id?: string;
  name?: string;
  full_name?: string;
  email?: string;
  domain?: string;
  roles?: string[];
}

/** A complete event: the fields of the mapping and the fields that every event has. */
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
    /** The vendor and the name of the service that the event is about. Formats know no vendor, so they read them here. */
    vendor: string;
    product: string;
    window?: { from: string; to: string };
    lateness_ms?: number;
    /** When somebody signed in or used something: the day of the week (`sat`) and the hour (`07`), both in UTC. */
    utc?: { readonly day: string; readonly hour: string };
    shortened?: boolean;
    [own: string]: unknown;
  };
}
