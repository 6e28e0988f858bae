import type { Instant } from '../../functions/core/time.ts';
import type { Worker } from './at-work.ts';

/** One time that a destination accepted an event. */
export interface Acceptance {
  readonly destination: string;
  readonly id: string;
  readonly text: string;
  readonly at: Instant;
  readonly worker: Worker;
  readonly call: number;
  /** The worker was told. */
  answered: boolean;
  /** It was lost with its delivery stream. */
  isLost?: boolean;
  /** When it was written down as delivered. */
  rememberedAt?: Instant;
}

/** What every destination has accepted, by event id and by content. */
export class Books {
  /** Times that something was accepted again, and rightly so. */
  repeats = 0;
  readonly #byId = new Map<string, Acceptance[]>();
  readonly #byCall = new Map<number, Acceptance[]>();
  readonly #idsByContent = new Map<string, Set<string>>();
  readonly #contentById = new Map<string, string>();
  /** By worker and destination, the number of the delivery in which each event was tried first. */
  readonly #tried = new Map<string, Map<string, number>>();
  readonly #byWorker = new Map<string, Acceptance[]>();
  readonly #byKey = new Map<string, Acceptance[]>();
  readonly #seal: (id: string) => string;

  /** @param seal the key under which an event is remembered */
  constructor(seal: (id: string) => string) {
    this.#seal = seal;
  }

  /** Notes an acceptance; the earlier ones of the same event are given back. */
  enter(acceptance: Acceptance, content: string): readonly Acceptance[] {
    const { destination, id, call, worker } = acceptance;
    const ofWorker = `${worker.name} ${destination}`;
    this.#byWorker.set(ofWorker, [...(this.#byWorker.get(ofWorker) ?? []), acceptance]);
    const before = this.#byId.get(`${destination} ${id}`) ?? [];
    const all = [...before, acceptance];
    this.#byId.set(`${destination} ${id}`, all);
    this.#byKey.set(`${destination} ${this.#seal(id)}`, all);
    this.#byCall.set(call, [...(this.#byCall.get(call) ?? []), acceptance]);
    const ids = this.#idsByContent.get(`${destination} ${content}`) ?? new Set();
    this.#idsByContent.set(`${destination} ${content}`, ids.add(id));
    return before;
  }

  /** The content that an id stood for when it was first seen; an id that stands for two is a mistake. */
  contentOf(id: string, content: string): string {
    const known = this.#contentById.get(id) ?? content;
    this.#contentById.set(id, known);
    return known;
  }

  /** Notes what a worker is about to deliver; whether there is something that it has not tried before. */
  try(worker: Worker, destination: string, ids: readonly string[]): boolean {
    const tried = this.#tried.get(`${worker.name} ${destination}`) ?? new Map<string, number>();
    this.#tried.set(`${worker.name} ${destination}`, tried);
    const added = ids.filter((id) => !tried.has(id));
    const number = tried.size;
    for (const id of added) tried.set(id, number);
    return added.length > 0;
  }

  /** What a worker was told is accepted, and has not written down: one event of each delivery. */
  unremembered(worker: Worker, destination: string): readonly Acceptance[] {
    const tried = this.#tried.get(`${worker.name} ${destination}`);
    const of = this.#byWorker.get(`${worker.name} ${destination}`) ?? [];
    const open = of.filter(({ rememberedAt }) => rememberedAt === undefined);
    this.#byWorker.set(`${worker.name} ${destination}`, open);
    const answered = open.filter((one) => one.answered);
    return [...new Map(answered.map((one) => [tried?.get(one.id), one])).values()];
  }

  /** The acceptances of a remembered key. */
  of(destination: string, key: string): readonly Acceptance[] {
    return this.#byKey.get(`${destination} ${key}`) ?? [];
  }

  inCall(call: number): readonly Acceptance[] {
    return this.#byCall.get(call) ?? [];
  }

  /** How many different events of this content a destination has accepted. */
  count(destination: string, content: string): number {
    return this.#idsByContent.get(`${destination} ${content}`)?.size ?? 0;
  }

  /** How many of them were not lost with a delivery stream. */
  countLeft(destination: string, content: string): number {
    const ids = this.#idsByContent.get(`${destination} ${content}`) ?? [];
    return [...ids].filter((id) => this.#byId.get(`${destination} ${id}`)?.some(({ isLost }) => !isLost)).length;
  }

  /** Loses what a destination has accepted since a time. */
  lose(destination: string, since: Instant): void {
    for (const acceptances of this.#byId.values()) {
      for (const one of acceptances) if (one.destination === destination && one.at >= since) one.isLost = true;
    }
  }
}
