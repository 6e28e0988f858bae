import type { Identity, Row, Stream } from '../../functions/core/model.ts';
import { DAY, formatInstant, HOUR, type Instant, parseInstant, type Range } from '../../functions/core/time.ts';
import type { VendorRow } from './vendor.ts';
import type { World } from './world.ts';

/** What a vendor's time range selects sessions by: their starts, their ends, or the whole time between. */
export type Column = 'start' | 'end' | 'overlap';

/** A session at the vendor. Its row changes when its end is written. */
export interface Session {
  readonly name: string;
  readonly start: Instant;
  readonly end: Instant;
  /** When the vendor first shows the session as ongoing. Undefined if it shows only ended sessions. */
  readonly shownAt?: Instant | undefined;
  /** When the vendor first shows that the session has ended. */
  readonly toldAt: Instant;
}

/** The sessions of a vendor in memory, and the events that were delivered of them. */
export class SessionLog {
  readonly sessions: Session[] = [];
  readonly #world: World;
  readonly #spans = new Map<VendorRow, Range>();

  constructor(world: World, column: Column) {
    this.#world = world;
    this.#column = column;
    world.vendor.options.span = (row) => this.#spans.get(row) as Range;
  }

  readonly #column: Column;

  add(session: Session): void {
    const { name, start, end, shownAt, toldAt } = session;
    const { vendor } = this.#world;
    this.sessions.push(session);
    const fields = { id: name, start: formatInstant(start, 'us') };
    const both = { time: start, name, date: null };
    if (shownAt !== undefined) {
      const row = vendor.add({ ...both, fields: { ...fields, end: null }, visibleAt: shownAt, goneAt: toldAt });
      this.#spans.set(row, this.#spanOf(start, undefined));
    }
    const row = vendor.add({ ...both, fields: { ...fields, end: formatInstant(end, 'us') }, visibleAt: toldAt });
    this.#spans.set(row, this.#spanOf(start, end));
  }

  /** The delivered events of each session, in order: `started`, `ended`. */
  told(): Map<string, string[]> {
    const told = new Map<string, string[]>(this.sessions.map(({ name }) => [name, []]));
    for (const message of this.#world.names()) {
      const [name = '', what = ''] = message.split(' ');
      told.get(name)?.push(what);
    }
    return told;
  }

  /** An ongoing session is in every range that begins before its end would be known. */
  #spanOf(start: Instant, end: Instant | undefined): Range {
    if (this.#column === 'start') return { from: start, to: start };
    if (this.#column === 'overlap') return { from: start, to: end ?? Number.POSITIVE_INFINITY };
    return end === undefined
      ? { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
      : { from: end, to: end };
  }
}

/** A stream of sessions: each gives an event for its start and one for its end, and is read again while it goes on. */
export function sessionStream(own: Partial<Stream> = {}): Partial<Stream> {
  return {
    overlap: HOUR,
    rereads: [
      { every: HOUR, overlap: DAY },
      { every: DAY, overlap: 7 * DAY },
    ],
    retention: 60 * DAY,
    rangeIgnoresRowTime: true,
    recordKey: ({ value }) => {
      const { id, start } = value as Shown;
      return { id, content: start };
    },
    events: ({ value }) => {
      const { start, end } = value as Shown;
      const begun = identity('started', start);
      return end === null ? [begun] : [begun, identity(`ended ${end}`, end)];
    },
    ongoing: ({ value }) => {
      const { id, start, end } = value as Shown;
      const since = parseInstant(start);
      return since === undefined ? undefined : { key: id, since, ended: end !== null };
    },
    map: (row: Row, { phase = '' }: Identity) => ({
      message: `${(row.value as Shown).id} ${phase.split(' ')[0]}`,
      event: { category: ['session'], type: ['info'], action: 'session', outcome: 'success' },
    }),
    ...own,
  };
}

/** What a row of a session shows. */
interface Shown {
  readonly id: string;
  readonly start: string;
  readonly end: string | null;
}

function identity(phase: string, stamp: string): Identity {
  const time = parseInstant(stamp);
  return { phase, ...(time !== undefined && { time }) };
}
