import { TidemarkError } from '../errors.ts';
import { type Duration, formatDuration, type Instant } from '../time.ts';
import { type BelievedClocks, believe, CLOCKS_AGREE, type HeardClocks } from './believed-clocks.ts';

/** The clocks of a run: ours, those of the services that have answered it, and the vendor's as soon as that has answered. */
export class RunClocks {
  readonly #effects: HeardClocks;
  readonly #start: Instant;
  #vendor: Duration | undefined;
  /** The vendor's clock as one of its answers showed it, if that was not believed. */
  #vendorDoubted: ReadonlyMap<string, Duration> | undefined;

  /** @param start our clock when the run began */
  constructor(effects: HeardClocks, start: Instant) {
    this.#effects = effects;
    this.#start = start;
  }

  /** Notes what the vendor's clock is ahead of ours, as an answer shows it. Returns whether it is believed. */
  hearVendor(offset: Duration): boolean {
    this.#vendor = offset;
    const isBelieved = !this.#believed.doubted.has('vendor');
    if (!isBelieved) this.#vendorDoubted = new Map([['vendor', offset]]);
    return isBelieved;
  }

  /** Whether two clocks agree. If not, the watermark stays. */
  get agree(): boolean {
    return this.#believed.agree;
  }

  /** When the run began, by the earliest clock that is believed. */
  get earliest(): Instant {
    return this.#start + this.#believed.earliest;
  }

  /** The same by the latest. What happened until then is read, although the watermark may not follow. */
  get latest(): Instant {
    return this.#start + this.#believed.latest;
  }

  /** The present by the earliest believed clock. */
  get now(): Instant {
    return this.#effects.now() + this.#believed.earliest;
  }

  /** The clocks that are not believed, as text for people. Undefined if there are none. */
  get doubted(): string | undefined {
    const doubted = new Map([...(this.#vendorDoubted ?? []), ...this.#believed.doubted]);
    if (doubted.size === 0) return undefined;
    return [...doubted].map(([name, offset]) => (name === 'ours' ? name : `${name} ${signed(offset)}`)).join(', ');
  }

  /** Whether a time is in the future by all believed clocks: now, since others may have gone on while this worker was frozen. */
  isFuture(time: Instant): boolean {
    return time > this.#effects.now() + this.#believed.latest + CLOCKS_AGREE;
  }

  get #believed(): BelievedClocks {
    const vendor = this.#vendor;
    return believe({ ...this.#effects.clocks(), ...(vendor !== undefined && { vendor }) });
  }
}

/** The error of a run that has read and delivered, but may not raise the watermark. */
export function noBelievedClock(clocks: RunClocks): TidemarkError {
  return new TidemarkError({
    code: 'clock',
    stage: 'processing',
    message: `The clocks disagree: ${clocks.doubted}. What the vendor has is delivered, and the watermark stays.`,
    remedy:
      'Find the clock that is wrong: usually that of the machine where Tidemark runs. See docs/runbook.md, clock.',
  });
}

function signed(offset: Duration): string {
  return `${offset < 0 ? '' : '+'}${formatDuration(offset)} from ours`;
}
