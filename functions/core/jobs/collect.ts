import type { Address } from '../delivery/flush.ts';
import type { EcsEvent } from '../ecs-event.ts';
import { OutOfTimeError } from '../errors.ts';
import { processPages } from '../reading/page-loop.ts';
import type { Announced } from '../reading/pages/pages.ts';
import type { Comparison, PageRun } from '../reading/run.ts';
import { KeySet } from '../state/key-set.ts';
import type { Range } from '../time.ts';

/** Maximum number of missing events in memory. Another verification finds the others. */
const MAX_MISSING = 20_000;

/** The bit, above those of the destinations, of an event that the vendor has. It is set even if no destination wants the event. */
const AT_VENDOR = 2 ** 31;

/** An event of the vendor's that at least one destination wants and lacks. */
export interface MissingEvent {
  readonly event: EcsEvent;
  readonly address: Address;
}

/** The findings of a read that compares: which events the vendor has, by bucket, and which of them are missing. */
export class Findings implements Comparison {
  missing: MissingEvent[] = [];
  /** By bucket: the keys of the vendor's events, with the destinations that want or have them. */
  readonly vendorKeys = new Map<string, KeySet>();
  /** By bucket: the number of the vendor's events that some destination wants. */
  readonly wanted = new Map<string, number>();
  /** By bucket: the number of missing events, including those beyond the maximum. */
  readonly missingByBucket = new Map<string, number>();
  /** Set if the vendor has announced more rows than it sent. */
  shortBy: Announced | undefined;
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /**
   * @param wanted the destinations, as bits, that want or have the event. Zero if it is older than all of them: then only the
   * fact that the vendor has it is noted
   */
  noteVendorHas(bucket: string, key: Uint8Array, wanted: number): void {
    const keys = this.vendorKeys.get(bucket) ?? new KeySet();
    this.vendorKeys.set(bucket, keys);
    if (wanted !== 0 && (keys.get(key) & ~AT_VENDOR) === 0) this.wanted.set(bucket, this.wantedIn(bucket) + 1);
    keys.add(key, wanted | AT_VENDOR);
  }

  /** Number of the vendor's events of a bucket that some destination wants. */
  wantedIn(bucket: string): number {
    return this.wanted.get(bucket) ?? 0;
  }

  add(event: EcsEvent, address: Address): void {
    const { bucket } = address;
    this.missingByBucket.set(bucket, (this.missingByBucket.get(bucket) ?? 0) + 1);
    if (this.missing.length >= MAX_MISSING) return;
    this.#ids.add(event.event.id);
    this.missing.push({ event, address });
  }
}

/** Reads all pages of a range and delivers nothing. */
export async function collect(run: PageRun, findings: Findings, range: Range): Promise<void> {
  const deliver = async () => undefined;
  const ended = (announced: Announced) => {
    if (announced.total > announced.rows) findings.shortBy = announced;
  };
  for await (const _ of processPages({ ...run, findings }, { range, deliver, settle: deliver, ended })) {
    if (run.effects.stopping()) throw new OutOfTimeError();
  }
}
