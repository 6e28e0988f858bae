import type { Counters, ServiceName, Traffic } from './messages.ts';

/** Counts what the services do. */
export class Counting {
  #counters = zero();
  readonly #inFlight: Record<ServiceName, number> = { vendor: 0, delivery: 0, table: 0, secrets: 0 };

  get now(): Counters {
    return this.#counters;
  }

  begin(service: ServiceName): void {
    const traffic: Traffic = this.#counters[service];
    traffic.calls++;
    traffic.most = Math.max(traffic.most, ++this.#inFlight[service]);
  }

  /** @param ms how long the request has taken */
  end(service: ServiceName, ms: number): void {
    this.#inFlight[service]--;
    this.#counters[service].busyMs += ms;
  }

  /** Returns the counters and begins anew. */
  take(): Counters {
    const taken = this.#counters;
    this.#counters = zero();
    return taken;
  }
}

function zero(): Counters {
  const traffic = { calls: 0, bytes: 0, most: 0, busyMs: 0 };
  return {
    vendor: { ...traffic, pages: 0, rows: 0 },
    delivery: { ...traffic, records: 0, billed: 0, lines: 0 },
    table: { ...traffic, byKind: {} },
    secrets: { ...traffic },
  };
}
