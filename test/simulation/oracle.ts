import { FLUSHES_AT_ONCE } from '../../functions/core/delivery/deliver-outgoing.ts';
import type { Checkpoint } from '../../functions/core/stored/checkpoint.ts';
import type { SeenChunk } from '../../functions/core/stored/seen-chunk.ts';
import { type Instant, MILLISECOND, type Range } from '../../functions/core/time.ts';
import type { World } from '../memory/world.ts';
import type { Worker } from './at-work.ts';
import { type Acceptance, Books } from './books.ts';
import { checkCommit } from './commit-rules.ts';
import { isPurged, type Log, type LoggedRow } from './log.ts';
import { judgeRepeat } from './repeats.ts';
import { isCalm, type Scenario } from './scenario/scenario.ts';
import { clock, type Story } from './scenario/story.ts';

/** Looks on, and says what was promised and not kept. */
export class Oracle {
  readonly failures: string[] = [];
  readonly writers = new WeakMap<Checkpoint, Worker>();
  readonly rememberers = new WeakMap<SeenChunk, Worker>();
  readonly putters = new Map<number, Worker>();
  /** Calls whose caller had given up on them. */
  readonly latePuts = new Set<number>();
  readonly workers: Worker[] = [];
  readonly books: Books;
  readonly scenario: Scenario;
  readonly world: World;
  readonly log: Log;
  readonly story: Story;
  /** Who got which fence. */
  readonly fences = new Map<number, Worker>();
  /** Ranges that were announced as lost, by destination. */
  readonly gaps: { readonly destination: string; readonly range: Range }[] = [];
  readonly unreadable: { readonly destination: string; readonly range: Range }[] = [];
  /** Rows that the vendor had deleted when the watermark passed them. */
  readonly swallowed = new Set<LoggedRow>();
  takeovers = 0;
  /** Rows that were taken for several, where that could not be helped. */
  extras = 0;
  lowestFloor: Instant = Number.POSITIVE_INFINITY;
  /** The checkpoint as it is stored. */
  item: Checkpoint | undefined;
  /** The feed that is looked at. A neighbour of it has nothing to deliver. */
  readonly feed: string;
  /** By destination: what was accepted before may be lost with a delivery stream, and may come again. */
  readonly #lostUntil = new Map<string, Instant>();
  /** Rows before it have been checked against the watermark. */
  #checked = 0;

  constructor(scenario: Scenario, world: World, log: Log, story: Story) {
    this.scenario = scenario;
    this.world = world;
    this.log = log;
    this.story = story;
    const { seal } = world.invoke().effects;
    this.books = new Books((id) => Buffer.from(seal(id)).toString('hex'));
    this.feed = (world.feeds[0] as { name: string }).name;
    this.item = world.table.load(this.feed);
    this.#watchTable();
    this.#watchFirehose();
  }

  isHeldBy(worker: Worker): boolean {
    const { item } = this;
    return item?.owner !== undefined && this.fences.get(item.fence) === worker;
  }

  fail(what: string): void {
    this.story.tell(() => `*** ${what}`);
    this.failures.push(`${clock(this.world.now)} ${what}`);
  }

  /** Whoever asks or delivers holds the lease, and will have an answer before it ends. */
  beginsCall(worker: Worker, endsAt: Instant, does: string): void {
    const there = this.item;
    const owner = there && this.fences.get(there.fence);
    if (!there || owner !== worker || worker.feed !== this.feed) return;
    if (there.owner === undefined) this.fail(`${worker.name} ${does} after it gave its lease back`);
    else if (there.leaseUntil !== undefined && endsAt > there.leaseUntil)
      this.fail(
        `${worker.name} ${does} with an answer due ${clock(endsAt)}, after its lease (${clock(there.leaseUntil)})`,
      );
  }

  /** A worker that believes that it has lost its lease has lost it to somebody; unless a write that it gave up on came through. */
  lostLease(worker: Worker): void {
    const { fence = 0 } = this.item ?? {};
    const isAlone = this.fences.get(fence) === worker && this.scenario.rates.lateCommit === undefined;
    if (isAlone) this.fail(`${worker.name} lost its lease to nobody`);
  }

  /** A worker has so many flushes on their way that are not written down, and no more: a crash repeats these at most. */
  begins(worker: Worker, stream: string, records: readonly Uint8Array[]): void {
    const destination = stream.replace('tidemark-', '');
    const isNew = this.books.try(
      worker,
      destination,
      linesOf(records).map((line) => line.slice(0, line.indexOf('\t'))),
    );
    const open = isNew ? this.books.unremembered(worker, destination) : [];
    const [first] = open;
    if (first && open.length >= FLUSHES_AT_ONCE)
      this.fail(`${worker.name} delivers more to ${destination} before it has written down ${first.text}`);
  }

  /** The delivery stream of a destination was replaced, and what it took since a time is lost. Anything before may come again. */
  loses(destination: string, since: Instant): void {
    this.#lostUntil.set(destination, this.world.now);
    this.books.lose(destination, since);
  }

  /** A call's records are known to be accepted. */
  answered(call: number): void {
    for (const acceptance of this.books.inCall(call)) acceptance.answered = true;
  }

  /** Somebody has set the watermark: what was checked before counts no more. */
  setByHand(to: Instant): void {
    this.item = this.world.table.load(this.feed);
    this.#checked = 0;
    this.lowestFloor = Math.min(this.lowestFloor, to);
  }

  /** Each row that was in time and lies before the watermark has been delivered. A worker whose clock is ahead may take one for deleted a little early. */
  checkPassed(item: Checkpoint, { from, plan }: Worker): void {
    const ahead = Math.max(0, plan.clockOffset);
    const { rows } = this.log;
    for (; this.#checked < rows.length; this.#checked++) {
      const row = rows[this.#checked] as LoggedRow;
      if (row.planned.time >= item.watermark) return;
      if (isPurged(row, this.scenario.vendor.keeps, this.world.vendor.now + ahead))
        this.#noteSwallowed(row, from + ahead);
      else if (row.lateness <= this.scenario.settle) this.demand(row, item, 'when the watermark passed it');
    }
  }

  /** Fails for each destination that has less of a row's content than there are rows like it up to this one's kind. */
  demand(row: LoggedRow, item: Checkpoint, when: string, isOver = false): void {
    if (row.planned.time < item.floor || this.#nearPoison(row.planned.time)) return;
    const alike = this.log.rows.filter((other) => other.content === row.content && other.lateness <= row.lateness);
    for (const [destination, since] of Object.entries(item.destinations)) {
      // Those before it that are alike may still be owed.
      const owed = item.kind === 'feed' ? (item.owed ?? []) : [];
      if (owed.some((one) => one.destination === destination)) continue;
      for (const { phase, time } of row.events) {
        const count = this.books[isOver ? 'countLeft' : 'count'](destination, row.content + phase);
        if (row.planned.time < since || count >= alike.length) continue;
        const what = `${row.planned.name}${phase && ` ${phase}`} (${clock(time)})`;
        this.fail(`${destination} has ${count} of ${alike.length} ${what} ${when} (W ${clock(item.watermark)})`);
      }
    }
  }

  /** A row next to unreadable data may be lost with it. */
  #nearPoison(time: Instant): boolean {
    const reach = 2 * (Math.max(this.scenario.vendor.precision, MILLISECOND) + this.scenario.vendor.precision);
    return this.log.poison.some(({ planned }) => Math.abs(planned.time - time) <= reach);
  }

  /** What was deleted before this run began has to have been announced. */
  #noteSwallowed(row: LoggedRow, start: Instant): void {
    const item = this.item as Checkpoint;
    const { time, name } = row.planned;
    if (time < item.floor || row.planned.visibleAt > start) return;
    this.swallowed.add(row);
    if (time >= start + this.scenario.vendor.clockOffset - this.scenario.vendor.keeps) return;
    for (const [destination, since] of Object.entries(item.destinations)) {
      if (time < since || this.books.count(destination, row.content) > 0) continue;
      const told = this.gaps.some(
        ({ range, ...gap }) => gap.destination === destination && time >= range.from && time < range.to,
      );
      if (!told) this.fail(`${name} (${clock(time)}) was deleted unread, and ${destination} was told of no gap`);
    }
  }

  #watchTable(): void {
    const { table } = this.world;
    const write = table.write.bind(table);
    table.write = (feed, item, expect, now) => {
      const before = this.item;
      const result = write(feed, item, expect, now);
      if (feed !== this.feed) return result;
      const worker = this.writers.get(item) as Worker;
      const plan = 'plan' in item ? item.plan : undefined;
      this.story.tell(
        () =>
          `${worker.name} v${item.version} fence ${item.fence} ${result}: W ${clock(item.watermark)}` +
          `${item.kind === 'feed' && item.owed ? ` owes ${JSON.stringify(item.owed.map(({ destination, from, to, until = from }) => [destination, clock(until), clock(to)]))}` : ''}` +
          `${plan ? ` window ${clock(plan.window.from)}..${clock(plan.window.to)}` : ''}` +
          `${plan?.left ? ` left ${clock(plan.left.from)}..${clock(plan.left.to)}` : ''}${item.owner ? '' : ' released'}`,
      );
      if (result === 'written') {
        this.item = item;
        this.#noteLost(item);
        checkCommit(this, worker, item, before);
      }
      return result;
    };
    const remember = table.remember.bind(table);
    table.remember = (feed, chunks, now) => {
      remember(feed, chunks, now);
      for (const chunk of chunks) this.#remembered(chunk, now);
    };
  }

  /** Until a worker has noticed that a stream was replaced, what it delivers is taken for lost, too. */
  #noteLost(item: Checkpoint): void {
    for (const { destination, lost } of (item.kind === 'feed' && item.owed) || []) {
      if (lost) this.#lostUntil.set(destination, Math.max(lost.to, this.#lostUntil.get(destination) ?? 0));
    }
  }

  /** What is written down as delivered has been accepted before. */
  #remembered(chunk: SeenChunk, now: Instant): void {
    const worker = this.rememberers.get(chunk) as Worker;
    const keys = Buffer.from(chunk.keys).toString('hex').match(/.{16}/g) ?? [];
    for (const destination of chunk.destinations) {
      for (const key of keys) {
        const accepted = this.books.of(destination, key).filter((one) => one.worker === worker);
        if (accepted.length === 0) this.fail(`${worker.name} remembers what ${destination} has not accepted`);
        for (const one of accepted) one.rememberedAt ??= now;
      }
    }
  }

  #watchFirehose(): void {
    this.world.firehose.accept = (stream, records, call, now) => {
      const destination = stream.replace('tidemark-', '');
      const worker = this.putters.get(call) as Worker;
      if (records.some((record) => record.at(-1) !== 10)) this.fail('a record does not end with a line break');
      for (const line of linesOf(records)) this.#accept(line, { destination, worker, call, at: now });
    };
  }

  #accept(line: string, put: Pick<Acceptance, 'destination' | 'worker' | 'call' | 'at'>): void {
    const { destination, call } = put;
    const [id = '', text = '', phase = '', from, to] = line.split('\t');
    this.story.tell(() => `    ${destination} accepts ${id.slice(0, 8)} ${text}`);
    if (!/^[!-~]{1,40}$/.test(id)) this.fail(`event id ${JSON.stringify(id)}`);
    const known = text.startsWith('@') ? text : this.log.contentOf(text);
    if (known === undefined) this.fail(`${destination} got what the vendor never showed: ${text}`);
    const content = (known ?? text) + phase;
    const range = { from: Number(from), to: Number(to) };
    if (text === '@gap') this.gaps.push({ destination, range });
    if (text === '@unreadable') this.unreadable.push({ destination, range });
    const other = this.books.contentOf(id, content);
    if (other !== content) this.fail(`event id ${id} stands for ${other} and for ${content}`);
    const one: Acceptance = { ...put, id, text, answered: false };
    const before = this.books.enter(one, content);
    const isReplaced = this.scenario.deployments.some(({ replaces }) => replaces !== undefined);
    for (const earlier of before) {
      this.books.repeats++;
      if (earlier.at <= (this.#lostUntil.get(destination) ?? 0)) continue;
      // When something was delivered and when it was lost is known only by clocks that were right.
      const workers = [one.worker, earlier.worker];
      if (isReplaced && workers.some(({ plan }) => plan.wrong !== undefined)) continue;
      const complaint = judgeRepeat(one, earlier, isCalm(this.scenario), this.latePuts.has(call));
      if (complaint) this.fail(complaint);
    }
  }
}

function linesOf(records: readonly Uint8Array[]): string[] {
  return records.flatMap((record) => Buffer.from(record).toString().trimEnd().split(/ *\n/));
}
