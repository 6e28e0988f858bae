import { createHash } from 'node:crypto';
import type { ClockOffsets } from '../../functions/core/clocks/believed-clocks.ts';
import type { Effects, KeptSeen, TokenAnswer, TokenTimes } from '../../functions/core/effects.ts';
import { NetworkError, TooLargeError } from '../../functions/core/errors.ts';
import type { Task } from '../../functions/core/invocation/tasks.ts';
import type { Metric } from '../../functions/core/metrics.ts';
import type { Answer, Request } from '../../functions/core/model.ts';
import type { Checkpoint } from '../../functions/core/stored/checkpoint.ts';
import type { SeenRange } from '../../functions/core/stored/seen-chunk.ts';
import { type Duration, floorTo, type Instant, MILLISECOND, MINUTE } from '../../functions/core/time.ts';
import type { MemoryClock } from './clock.ts';
import { Crash, type EffectHook, type EffectName, type Fault, LATENCY, lostAnswer } from './faults.ts';
import type { MemoryFirehose } from './firehose.ts';
import type { MemoryLogin } from './login.ts';
import type { MemoryTable } from './table.ts';
import type { Answered } from './vendor.ts';

/** How one run goes. */
export interface RunOptions {
  /** How long the invocation may live (five minutes unless said). The host ends it then, as Lambda does. */
  readonly budget?: Duration;
  /** Whether it lives on when its budget is used up: a worker that hung, and does not know. */
  readonly outlives?: boolean;
  /** Names of the streams that are due; all unless said. */
  readonly streams?: readonly string[];
  readonly owner?: string;
  readonly askAgain?: boolean;
  /** What is to be done; `run` unless said. */
  readonly act?: Task;
  readonly maxSeenKeys?: number;
  /** What its process remembers, in place of the world's. */
  readonly warm?: WarmMemory;
  /** From then on the host wants the run to end. */
  readonly stopAt?: Instant;
  /** This worker's clock less the true one. */
  readonly clockOffset?: Duration;
  /** In place of the world's. */
  readonly onEffect?: EffectHook;
  /** Effects in place of the world's, such as those of a real table. */
  readonly effects?: Partial<Effects>;
}

interface EffectOptions {
  /** The feed, URL, stream or step that it is about. */
  readonly about?: string;
  /** What is written or asked for, as hooks see it. */
  readonly value?: unknown;
  /** Its latency. Default: the usual one of its kind. */
  readonly takes?: Duration;
  readonly timeout?: Duration;
}

/** Does an effect; `half` of its records or chunks only, when it was cut off midway. */
type Doing<T> = (half: boolean, fault: Fault | undefined) => T;

/** What a warm function keeps between invocations: its checkpoints, its secret, and the vendor's session. */
export interface WarmMemory {
  checkpoints?: Map<string, Checkpoint>;
  /** Delivered events, beside a remembered checkpoint. */
  seen?: WeakMap<Checkpoint, KeptSeen>;
  secret?: { readonly version: string; readonly readAt: Instant };
  streams?: Map<string, { readonly createdAt: Instant; readonly at: Instant }>;
  /** For this origin and version of the secret only. */
  kept?: {
    readonly session: number;
    readonly origin: string;
    readonly secretVersion: string;
    readonly times: TokenTimes;
  };
}

/** How long a warm function remembers a secret. */
const SECRET_AGE = 15 * MINUTE;

/** What an invocation finds around it. */
interface Surroundings {
  readonly clock: MemoryClock;
  readonly random: () => number;
  readonly table: MemoryTable;
  readonly firehose: MemoryFirehose;
  readonly login: MemoryLogin | undefined;
  readonly serviceClocks: ClockOffsets;
  readonly counts: { readonly metric: Metric; readonly value: number }[];
  readonly logs: {
    readonly level: string;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
  readonly secretVersion: string;
  readonly origin: string;
  readonly warm: WarmMemory | undefined;
  readonly code: string | undefined;
  readonly answerLimit: number;
  readonly answerShare: number | undefined;
  readonly pieceLength: number;
  readonly onEffect: EffectHook | undefined;
  readonly canLook: boolean;
  readonly onLook: ((deliveryStream: string) => void) | undefined;
  answer(url: string, secretVersion: string, session: number | undefined): Answered;
}

/** The effects of one invocation. Once it has died, each of them throws the same Crash and does nothing. */
export class Invocation {
  death: Crash | undefined;
  readonly effects: Effects;
  readonly #world: Surroundings;
  readonly #options: RunOptions;
  readonly #endsAt: Instant;
  readonly #nth = new Map<EffectName, number>();
  #number = 0;
  #secretVersion: string | undefined;
  /** Whether this invocation has read the secret, and not only remembered it. */
  #hasRead = false;
  readonly #memory: WarmMemory;
  /** Which of the vendor's sessions this invocation has opened last. */
  #session: number | undefined;

  constructor(world: Surroundings, options: RunOptions, budget: Duration) {
    this.#world = world;
    this.#options = options;
    this.#memory = options.warm ?? world.warm ?? {};
    this.#endsAt = world.clock.now + budget;
    this.effects = { ...this.#host(), ...this.#vendor(), ...this.#table(), ...this.#sinks(), ...options.effects };
  }

  /** The invocation has answered: its host freezes it, and what it still waits for never comes. */
  end(): void {
    this.#world.clock.forget(this);
    if (this.death) throw this.death;
  }

  #host(): Pick<
    Effects,
    'now' | 'clocks' | 'random' | 'sleep' | 'giveWay' | 'remainingTime' | 'stopping' | 'code' | 'count' | 'log'
  > {
    const { clock, random, counts, logs, serviceClocks, code } = this.#world;
    const { stopAt = Number.POSITIVE_INFINITY, clockOffset = 0 } = this.#options;
    return {
      // A worker's clock ticks in milliseconds.
      now: () => floorTo(clock.now + clockOffset, MILLISECOND),
      clocks: () =>
        Object.fromEntries(Object.entries(serviceClocks).map(([name, offset]) => [name, offset - clockOffset])),
      random,
      sleep: (time) =>
        this.#do('sleep', () => undefined, { value: time, takes: Math.max(0, Math.min(time, stopAt - clock.now)) }),
      // Nothing waits for a turn here: the clock moves only when all code waits.
      giveWay: async () => undefined,
      remainingTime: () => Math.max(0, this.#endsAt - clock.now),
      stopping: () => clock.now >= stopAt,
      code: () => code,
      count: (metric, value) => {
        if (!this.death) counts.push({ metric, value });
      },
      log: (level, message, fields = {}) => {
        if (!this.death) logs.push({ level, message, fields });
      },
    };
  }

  #vendor(): Pick<Effects, 'fetch' | 'secretVersion' | 'secretInUse' | 'obtainToken' | 'keptToken' | 'keepToken'> {
    return {
      keptToken: async () => this.#takeUp(),
      keepToken: (times) => this.#keep(times),
      secretInUse: () => this.#secretVersion ?? '',
      obtainToken: (step, timeout) => this.#step(step, timeout),
      fetch: async (request, timeout, fresh, atOnce = 1) =>
        this.#limited(await this.#fetch(request.url, timeout, fresh), request, atOnce),
      secretVersion: (current = false) => this.#do('secretVersion', () => this.#secret(current ? 'own' : 'any')),
    };
  }

  #table(): Pick<
    Effects,
    | 'load'
    | 'recall'
    | 'recallSeen'
    | 'keepSeen'
    | 'write'
    | 'loadConnection'
    | 'writeConnection'
    | 'loadKnownFeeds'
    | 'noteKnownFeeds'
    | 'loadSeen'
    | 'remember'
    | 'quarantine'
    | 'loadOngoing'
    | 'noteOngoing'
    | 'saveSnapshot'
    | 'loadSnapshot'
    | 'dropSnapshots'
    | 'loadJobs'
    | 'loadQuarantine'
    | 'dropQuarantine'
    | 'saveLedger'
    | 'loadLedger'
  > {
    const { table, clock } = this.#world;
    const checkpoints = this.#checkpoints;
    const seen = (feed: string, { from, to }: SeenRange) =>
      this.#do('loadSeen', () => table.loadSeen(feed, from, to, clock.now), { about: feed, value: { from, to } });
    const kept = (feed: string) => this.#do('loadQuarantine', () => table.loadQuarantine(feed), { about: feed });
    return {
      load: (feed) =>
        this.#remembering(
          feed,
          () => this.#do('load', () => table.load(feed), { about: feed }),
          (found) => found,
        ),
      recall: (feed) => checkpoints.get(feed),
      recallSeen: (feed) => {
        const checkpoint = checkpoints.get(feed);
        return checkpoint && this.#memory.seen?.get(checkpoint);
      },
      keepSeen: (feed, seen) => {
        const checkpoint = checkpoints.get(feed);
        this.#memory.seen ??= new WeakMap();
        if (checkpoint) this.#memory.seen.set(checkpoint, seen);
      },
      write: (feed, item, expect) => {
        const write = () => table.write(feed, item, expect, clock.now);
        const writing = () => this.#do('write', write, { about: feed, value: item });
        return this.#remembering(feed, writing, (outcome) => (outcome === 'written' ? item : undefined));
      },
      loadConnection: () => this.#do('loadConnection', () => table.loadConnection()),
      writeConnection: (state, expect) =>
        this.#do('writeConnection', () => table.writeConnection(state, expect), { value: state }),
      loadKnownFeeds: () => this.#do('loadKnownFeeds', () => table.loadKnownFeeds()),
      noteKnownFeeds: (known, forgotten) =>
        this.#do('noteKnownFeeds', () => table.noteKnownFeeds(known, forgotten), { value: known }),
      loadSeen: async function* (feed, range) {
        yield* await seen(feed, range);
      },
      remember: (feed, chunks) =>
        this.#do('remember', (half) => table.remember(feed, part(chunks, half), clock.now), {
          about: feed,
          value: chunks,
        }),
      loadOngoing: (feed) => this.#do('loadOngoing', () => table.loadOngoing(feed), { about: feed }),
      noteOngoing: (feed, begun, ended) =>
        this.#do('noteOngoing', () => table.noteOngoing(feed, begun, ended), { about: feed, value: { begun, ended } }),
      saveSnapshot: (feed, id, text) =>
        this.#do('saveSnapshot', () => table.saveSnapshot(feed, id, text), { about: feed, value: id }),
      loadSnapshot: (feed, id) =>
        this.#do('loadSnapshot', () => table.loadSnapshot(feed, id), { about: feed, value: id }),
      dropSnapshots: (feed, before) =>
        this.#do('dropSnapshots', () => table.dropSnapshots(feed, before), { about: feed, value: before }),
      loadJobs: (feed, kind) => this.#do('loadJobs', () => table.loadJobs(feed, kind), { about: feed, value: kind }),
      loadQuarantine: async function* (feed) {
        yield* await kept(feed);
      },
      dropQuarantine: (feed, id) =>
        this.#do('dropQuarantine', () => table.dropQuarantine(feed, id), { about: feed, value: id }),
      saveLedger: (feed, row, expect) =>
        this.#do('saveLedger', () => table.saveLedger(feed, row, expect), { about: feed, value: row }),
      loadLedger: (feed, from, to) =>
        this.#do('loadLedger', () => table.loadLedger(feed, from, to), { about: feed, value: from }),
      quarantine: (feed, entry) => this.#do('quarantine', () => table.keep(feed, entry), { about: feed, value: entry }),
    };
  }

  #sinks(): Pick<Effects, 'seal' | 'put' | 'lookAtStream'> {
    const { firehose, clock } = this.#world;
    return {
      lookAtStream: async (stream, maxAge) => this.#look(stream, maxAge),
      seal: (eventId) => createHash('sha256').update(`key ${eventId}`).digest().subarray(0, 8),
      put: async (stream, bytes, timeout) => {
        // What a call sends is written when it begins: it may be accepted after its caller has given up.
        const records = bytes.map((record) => new Uint8Array(record));
        const call = firehose.begin(records);
        const act: Doing<(string | undefined)[]> = (half, fault) => {
          const refused = typeof fault === 'object' && 'refused' in fault ? fault.refused : () => undefined;
          const codes = records.map((_, at) => refused(at));
          const taken = records.filter((_, at) => codes[at] === undefined);
          firehose.accept(stream, part(taken, half), call, clock.now);
          return codes;
        };
        return await this.#do('put', act, { about: stream, value: records, timeout });
      },
    };
  }

  /** It takes no time, and is no effect that a fault could be planned for, so that looks change nothing in a simulation. */
  #look(stream: string, maxAge: Duration): { createdAt: Instant; at: Instant } | undefined {
    const { firehose, canLook, onLook } = this.#world;
    const now = this.effects.now();
    if (this.death) throw this.death;
    if (!canLook) return undefined;
    this.#memory.streams ??= new Map();
    const known = this.#memory.streams.get(stream);
    if (known && known.at <= now && now - known.at <= maxAge) return known;
    onLook?.(stream);
    const looked = { createdAt: firehose.createdAt(stream), at: now };
    this.#memory.streams.set(stream, looked);
    return looked;
  }

  get #checkpoints(): Map<string, Checkpoint> {
    this.#memory.checkpoints ??= new Map();
    return this.#memory.checkpoints;
  }

  /** Does something with a checkpoint, and remembers what the table then holds. Nothing if that is not known. */
  async #remembering<T>(key: string, work: () => Promise<T>, stored: (done: T) => Checkpoint | undefined): Promise<T> {
    this.#checkpoints.delete(key);
    const done = await work();
    const item = stored(done);
    if (item && item.owner === undefined) this.#checkpoints.set(key, item);
    return done;
  }

  /** @param how `any`: a remembered one will do; `own`: one that this invocation has read; `new`: one that is read now */
  #secret(how: 'any' | 'own' | 'new'): string {
    const { clock, secretVersion } = this.#world;
    if (how === 'new' || (how === 'own' && !this.#hasRead)) this.#secretVersion = undefined;
    const { secret } = this.#memory;
    const isYoung = secret !== undefined && clock.now - secret.readAt < SECRET_AGE;
    if (how === 'any' && isYoung) this.#secretVersion ??= secret.version;
    if (this.#secretVersion !== undefined) return this.#secretVersion;
    this.#hasRead = true;
    this.#secretVersion = secretVersion;
    this.#memory.secret = { version: secretVersion, readAt: clock.now };
    return secretVersion;
  }

  /** The vendor acts at once, and its answer takes its time: what becomes visible meanwhile is not in it. */
  async #fetch(url: string, timeout: Duration, fresh: boolean): Promise<Answer> {
    const ask: Doing<Answered> = () => this.#world.answer(url, this.#secret(fresh ? 'new' : 'any'), this.#session);
    const { status, headers, text, network, latency } = await this.#do('fetch', ask, { about: url, timeout });
    await this.#pass(Math.min(latency, timeout), 'fetch');
    if (latency > timeout) throw new NetworkError('no answer in time');
    if (network !== undefined) throw new NetworkError(network);
    if (status === 401 || status === 403) delete this.#memory.secret;
    const { answerShare: share } = this.#world;
    return { status, headers, text, ...(share !== undefined && { share }) };
  }

  /** What becomes of an answer that the memory cannot hold. */
  #limited(answer: Answer, { list }: Request, atOnce: number): Answer {
    const { text, ...rest } = answer;
    const { answerLimit } = this.#world;
    if (text.length <= answerLimit / atOnce) return answer;
    if (list === undefined) throw new TooLargeError(`${answerLimit / atOnce} characters`, text.slice(0, 1_000));
    return { ...rest, text: '', pieces: inPieces(text, this.#world.pieceLength) };
  }

  #takeUp(): TokenTimes | undefined {
    if (this.death) throw this.death;
    const { warm, origin } = this.#world;
    const { kept } = warm ?? {};
    if (!kept || kept.origin !== origin || kept.secretVersion !== this.#secret('any')) return undefined;
    this.#session = kept.session;
    return kept.times;
  }

  #keep(times: TokenTimes | undefined): void {
    const { warm, origin } = this.#world;
    if (!warm || this.death) return;
    if (times && this.#session !== undefined)
      warm.kept = { session: this.#session, origin, secretVersion: this.#secret('any'), times };
    else delete warm.kept;
  }

  async #step(step: 'open' | 'extend', timeout: Duration): Promise<TokenAnswer> {
    const { login } = this.#world;
    if (!login) throw new Error('nobody signs in to this vendor');
    const take: Doing<ReturnType<typeof login.take>> = () =>
      login.take(step, this.#secret(step === 'open' ? 'own' : 'any'), this.#session);
    const { network, session, ...answer } = await this.#do('obtainToken', take, { about: step, timeout });
    if (network !== undefined) throw new NetworkError(network);
    if (session !== undefined) this.#session = session;
    return answer;
  }

  /** Asks the hook, lets time go by, and then does it, or half of it, or nothing: the shape of every effect. */
  async #do<T>(
    name: EffectName,
    act: Doing<T>,
    { about = '', value, takes = LATENCY[name], timeout = Number.POSITIVE_INFINITY }: EffectOptions = {},
  ): Promise<T> {
    const fault = this.#consult(name, about, value);
    const latency = typeof fault === 'object' && 'latency' in fault ? fault.latency : takes;
    await this.#pass(Math.min(latency, timeout), name);
    if (fault === 'crash-before') throw this.#die(name);
    if (fault === 'lost-before') throw lostAnswer(name);
    const done = act(fault === 'crash-midway' || fault === 'lost-midway', fault);
    if (fault === 'crash-after' || fault === 'crash-midway') throw this.#die(name);
    if (fault === 'lost-after' || fault === 'lost-midway' || latency > timeout) throw lostAnswer(name);
    return done;
  }

  #consult(name: EffectName, about: string, value: unknown): Fault | undefined {
    if (this.death) throw this.death;
    const nth = (this.#nth.get(name) ?? 0) + 1;
    this.#nth.set(name, nth);
    this.#number++;
    const hook = this.#options.onEffect ?? this.#world.onEffect;
    try {
      return hook?.({ name, about, value, number: this.#number, nth }) ?? undefined;
    } catch (thrown) {
      if (thrown instanceof Crash) this.death = thrown;
      throw thrown;
    }
  }

  async #pass(time: Duration, name: EffectName): Promise<void> {
    const { clock } = this.#world;
    const killed = this.#options.outlives !== true && clock.now + time >= this.#endsAt;
    await clock.wait(killed ? this.#endsAt - clock.now : time, this);
    if (this.death) throw this.death;
    if (killed) throw this.#die(`${name}: the host ended it, its time was up`);
  }

  #die(where: string): Crash {
    this.death ??= new Crash(where);
    return this.death;
  }
}

function part<T>(list: readonly T[], half: boolean): readonly T[] {
  return half ? list.slice(0, Math.ceil(list.length / 2)) : list;
}

async function* inPieces(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}
