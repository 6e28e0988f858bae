import { type Duration, floorTo, formatInstant, type Instant, type Range, SECOND } from '../../functions/core/time.ts';
import type { MemoryClock } from './clock.ts';
import { MemoryQuota } from './quota.ts';
import { seededRandom } from './random.ts';

/** The behaviour of a vendor. Every option can be changed between requests. */
export interface VendorOptions {
  /** `as-added`: in the order in which rows were added, whatever their times. */
  order: 'ascending' | 'newest-first' | 'shuffled' | 'as-added';
  /** A cursor points at a row and stays correct when other rows come and go; an offset does not. */
  paging: 'cursor' | 'offset' | 'none';
  pageSize: number;
  /** Maximum number of rows of a page, whatever the request asks for. */
  mostRows: number;
  /** Maximum offset that the server answers. */
  deepestOffset: number;
  /** The span of a row that ranges select by, if it is not its time: the row is found if the span touches the range. */
  span: ((row: VendorRow) => Range) | undefined;
  /** Which of `from` and `to` belong to the range. */
  bounds: 'inclusive' | 'exclusive' | 'half-open' | 'half-open-end';
  /** The smallest step of the time stamps. */
  precision: Duration;
  /** Rows older than this are deleted. */
  keeps: Duration;
  /** How far the vendor's clock is ahead of the true time. */
  clockOffset: Duration;
  /** Whether answers carry a Date header. */
  dates: boolean;
  /** How far the Date is ahead of the vendor's clock: a cache in between. */
  dateOff: Duration;
  /** The end of the range that the answer claims to cover. */
  echo: ((asked: Range, vendorNow: Instant) => Instant | undefined) | undefined;
  /** The number of remaining rows that the answer claims, given the number of rows in the range. */
  total: ((found: number, asked: VendorRequest) => number | undefined) | undefined;
  /** Whether rows carry an id of the vendor's. */
  ids: boolean;
  latency: Duration;
}

/** A record at the vendor. */
export interface VendorRow {
  /** The time by which the vendor sorts and selects it. */
  readonly time: Instant;
  readonly text: string;
  readonly visibleAt: Instant;
  /** When the vendor deletes it. */
  goneAt: Instant;
  readonly number: number;
  readonly shuffle: number;
}

/** A record to add. Without `date` it shows its own time. */
export interface NewRow {
  readonly time: Instant;
  readonly name?: string;
  /** The true time from which requests find it. The default is its own time. */
  readonly visibleAt?: Instant;
  readonly goneAt?: Instant;
  /** The text that the record shows as its time; `null` for none. */
  readonly date?: unknown;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A fault of one request, or the parts of an answer that a test sets. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  /** No answer arrives. `text`, `status` and `headers` are ignored then. */
  readonly network?: string;
  readonly latency?: Duration;
  /** For a queued reply: the requests that it is for. Other requests leave it in the queue. */
  readonly when?: (request: VendorRequest) => boolean;
}

/** An answer or a network fault, and how long it takes. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly network?: string;
  readonly latency: Duration;
}

/** A request as the vendor got it. */
export interface VendorRequest extends Range {
  readonly at: Instant;
  readonly url: string;
  readonly offset: number;
  readonly cursor: number | undefined;
  /** The version of the secret that signed it. */
  readonly secretVersion: string;
  /** Number of requests to this vendor so far, including this one. */
  readonly number: number;
}

const DEFAULTS: VendorOptions = {
  order: 'ascending',
  paging: 'cursor',
  pageSize: 10,
  mostRows: Number.POSITIVE_INFINITY,
  deepestOffset: Number.POSITIVE_INFINITY,
  span: undefined,
  bounds: 'half-open',
  precision: SECOND,
  keeps: Number.POSITIVE_INFINITY,
  clockOffset: 0,
  dates: true,
  dateOff: 0,
  echo: undefined,
  total: undefined,
  ids: false,
  latency: 50_000,
};

/** One log at a vendor, with its paging, order, clock and faults. */
export class MemoryVendor {
  readonly options: VendorOptions;
  readonly rows: VendorRow[] = [];
  readonly requests: (VendorRequest & { readonly status: number; readonly rows: number })[] = [];
  /** Replies that are sent first, in this order, instead of rows. */
  readonly faults: Reply[] = [];
  readonly quota = new MemoryQuota();
  /** Called for every request without a fault. What it returns replaces that part of the usual answer. */
  onRequest: ((request: VendorRequest) => Reply | undefined) | undefined;
  /** Changes a body before it is sent: a broken server. */
  spoil: ((text: string, request: VendorRequest, shown: readonly VendorRow[]) => string) | undefined;
  readonly #clock: MemoryClock;
  readonly #random: () => number;

  constructor(clock: MemoryClock, options: Partial<VendorOptions> = {}, seed = 1) {
    this.#clock = clock;
    this.#random = seededRandom(seed);
    this.options = { ...DEFAULTS, ...options };
  }

  get now(): Instant {
    return this.#clock.now + this.options.clockOffset;
  }

  /** Writes a record into the log. Two calls with the same content make two records. */
  add({ time: exact, name = 'event', visibleAt, goneAt, date, fields }: NewRow): VendorRow {
    const { precision, ids } = this.options;
    const time = floorTo(exact, precision);
    const number = this.rows.length;
    const shown = date === undefined ? stamp(time, precision) : date;
    const value = { ...(ids && { id: `v-${number}` }), ...(shown !== null && { date: shown }), name, ...fields };
    const row: VendorRow = {
      time,
      text: JSON.stringify(value),
      visibleAt: visibleAt ?? exact,
      goneAt: goneAt ?? Number.POSITIVE_INFINITY,
      number,
      shuffle: this.#random(),
    };
    this.rows.push(row);
    return row;
  }

  /** One record each step: `event 0`, `event 1` ... from a time on. */
  addMany(count: number, from: Instant, step: Duration, each: Partial<NewRow> = {}): VendorRow[] {
    return Array.from({ length: count }, (_, at) => this.add({ name: `event ${at}`, ...each, time: from + at * step }));
  }

  /** What can be found now. */
  get visible(): VendorRow[] {
    const { now } = this.#clock;
    const oldest = this.now - this.options.keeps;
    return this.rows.filter(({ visibleAt, goneAt, time }) => visibleAt <= now && now < goneAt && time >= oldest);
  }

  /** Answers one request. */
  answer(url: string, secretVersion: string): Answered {
    const request = this.#parse(url, secretVersion);
    const reply: Reply | undefined = this.#fault(request) ?? this.quota.refuse(this.now) ?? this.onRequest?.(request);
    const found = this.#found(request);
    const shown = this.#page(request, found);
    const text = this.#body(request, shown, found.length);
    const status = reply?.status ?? 200;
    const answer = {
      latency: this.options.latency,
      // A refusal without a text shows no rows.
      text: status >= 300 ? '' : (this.spoil?.(text, request, shown) ?? text),
      ...reply,
      status,
      headers: { ...this.#headers(), ...this.quota.headers(), ...reply?.headers },
    };
    this.requests.push({ ...request, status: reply?.network === undefined ? status : 0, rows: shown.length });
    return answer;
  }

  #parse(url: string, secretVersion: string): VendorRequest {
    const query = new URL(url, 'https://memory.example').searchParams;
    const cursor = query.get('cursor');
    return {
      at: this.#clock.now,
      url,
      from: Number(query.get('from')),
      to: Number(query.get('to')),
      offset: Number(query.get('offset') ?? 0),
      cursor: cursor === null ? undefined : Number(cursor),
      secretVersion,
      number: this.requests.length + 1,
    };
  }

  #fault(request: VendorRequest): Reply | undefined {
    if (request.offset > this.options.deepestOffset) return { status: 400, text: '{"error":"the offset is too deep"}' };
    const at = this.faults.findIndex(({ when }) => when === undefined || when(request));
    return at < 0 ? undefined : this.faults.splice(at, 1)[0];
  }

  #found({ from, to }: VendorRequest): VendorRow[] {
    const { bounds, span = ({ time }) => ({ from: time, to: time }) } = this.options;
    const startIn = bounds === 'inclusive' || bounds === 'half-open';
    const endIn = bounds === 'inclusive' || bounds === 'half-open-end';
    return this.visible
      .filter((row) => {
        const about = span(row);
        return (startIn ? about.to >= from : about.to > from) && (endIn ? about.from <= to : about.from < to);
      })
      .sort((one, other) => this.#compare(one, other));
  }

  #page({ offset, cursor }: VendorRequest, found: readonly VendorRow[]): readonly VendorRow[] {
    const { paging, pageSize, mostRows } = this.options;
    if (paging === 'none') return found.slice(0, mostRows);
    const size = Math.min(pageSize, mostRows);
    if (paging === 'offset') return found.slice(offset, offset + size);
    const last = cursor === undefined ? undefined : this.rows[cursor];
    return found.filter((row) => last === undefined || this.#compare(row, last) > 0).slice(0, size);
  }

  #compare(one: VendorRow, other: VendorRow): number {
    const { order } = this.options;
    if (order === 'shuffled') return one.shuffle - other.shuffle || one.number - other.number;
    if (order === 'as-added') return one.number - other.number;
    const ascending = one.time - other.time || one.number - other.number;
    return order === 'ascending' ? ascending : -ascending;
  }

  #body(request: VendorRequest, shown: readonly VendorRow[], found: number): string {
    const { paging, pageSize, mostRows, echo, total } = this.options;
    const last = shown.at(-1);
    const more = paging === 'cursor' && last && shown.length >= Math.min(pageSize, mostRows);
    const answeredTo = echo?.(request, this.now);
    const rest = {
      next: more ? last.number : null,
      ...(answeredTo !== undefined && { answeredTo }),
      ...(total && { total: total(found, request) }),
    };
    return `{"rows":[${shown.map(({ text }) => text).join(',')}],${JSON.stringify(rest).slice(1)}`;
  }

  #headers(): Record<string, string> {
    const date = new Date((this.now + this.options.dateOff) / 1_000).toUTCString();
    return { 'content-type': 'application/json', ...(this.options.dates && { date }) };
  }
}

/** A time as the vendor writes it. */
function stamp(time: Instant, precision: Duration): string {
  return formatInstant(time, precision >= SECOND ? 's' : precision >= 1_000 ? 'ms' : 'us');
}
