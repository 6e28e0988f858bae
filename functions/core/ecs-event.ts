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
  /** The vendor's own namespace, named like its source. */
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
