/** What the endpoints have done since they were last asked. */
export interface Counters {
  readonly vendor: Traffic & {
    /** Answers with rows. */
    pages: number;
    rows: number;
  };
  readonly delivery: Traffic & {
    records: number;
    /** Bytes of the records, before base64. */
    bytes: number;
    /** As Firehose bills: each record rounded up to 5 KiB. */
    billed: number;
    lines: number;
  };
  readonly table: Traffic & {
    /** Calls by operation. */
    readonly byKind: Record<string, number>;
  };
  readonly secrets: Traffic;
}

/** Requests of one service. */
export interface Traffic {
  calls: number;
  bytes: number;
  /** Maximum number of requests in flight at a time. */
  most: number;
  /** Milliseconds for which there was each request, added up. */
  busyMs: number;
}

export type ServiceName = keyof Counters;

/** Milliseconds between a request and its answer. */
export type Latency = Partial<Readonly<Record<ServiceName, number>>>;

/** The rows of a vendor's log: so many, spread evenly over a range. Times are milliseconds since 1970. */
export interface LogShape {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Shows only every n-th row. */
  readonly every?: number;
}

/** What the endpoints are asked by the process that started them. */
export type Order =
  | { readonly ask: 'log'; readonly source: string; readonly shape: LogShape }
  | { readonly ask: 'latency'; readonly latency: Latency }
  | { readonly ask: 'clock'; readonly at: number }
  | { readonly ask: 'empty table' }
  | { readonly ask: 'counters' };
