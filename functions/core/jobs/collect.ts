import type { Address } from '../delivery/outgoing.ts';
import type { EcsEvent } from '../ecs-event.ts';
import { OutOfTimeError } from '../errors.ts';
import { processPages } from '../reading/page-loop.ts';
import type { Comparison, Run } from '../reading/run.ts';
import { KeySet } from '../state/seen.ts';
import type { Range } from '../time.ts';

/** So many missing events are held at once; a further verification finds the others. */
export const MOST_MISSING = 20_000;

/** The vendor has it, whoever wants it: a bit above those of the destinations. */
const SHOWN = 2 ** 31;

/** An event that the vendor has, and that not every destination which wants it has. */
export interface Missing {
  readonly event: EcsEvent;
  readonly address: Address;
}

/** What a read for comparison has found: which events the vendor has, by hour, and which of them would have to go out. */
export class Findings implements Comparison {
  missing: Missing[] = [];
  /** By bucket: the keys of what the vendor has, and who wants them. */
  readonly met = new Map<string, KeySet>();
  readonly wanted = new Map<string, number>();
  /** By bucket: how many of those are missing, held or not. */
  readonly missingByBucket = new Map<string, number>();
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /**
   * @param wanted the destinations, as bits, that want it or have it: what came before all of them were there is nobody's, but
   * it is there
   */
  meet(bucket: string, key: Uint8Array, wanted: number): void {
    const keys = this.met.get(bucket) ?? new KeySet();
    this.met.set(bucket, keys);
    if (wanted !== 0 && (keys.get(key) & ~SHOWN) === 0) this.wanted.set(bucket, this.wantedIn(bucket) + 1);
    keys.add(key, wanted | SHOWN);
  }

  /** How many of a bucket's events some destination wants. */
  wantedIn(bucket: string): number {
    return this.wanted.get(bucket) ?? 0;
  }

  add(event: EcsEvent, address: Address): void {
    const { bucket } = address;
    this.missingByBucket.set(bucket, (this.missingByBucket.get(bucket) ?? 0) + 1);
    if (this.missing.length >= MOST_MISSING) return;
    this.#ids.add(event.event.id);
    this.missing.push({ event, address });
  }
}

/** Reads all pages of a range and delivers nothing. */
export async function collect(run: Run, findings: Findings, range: Range): Promise<void> {
  const deliver = async () => undefined;
  for await (const _ of processPages({ ...run, findings }, { range, deliver })) {
    run.seen.trim();
    if (run.effects.stopping()) throw new OutOfTimeError();
  }
}
