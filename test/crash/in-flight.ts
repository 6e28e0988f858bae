import type { EcsEvent } from '../../functions/core/ecs-event.ts';

/**
 * The records in flight of one worker: Firehose has accepted them, but they are not remembered as delivered yet. Only these may
 * be repeated after the worker's death.
 */
export class InFlight {
  #ids = new Set<string>();
  #remembered = 0;

  /** Notes a PutRecordBatch that Firehose has executed. */
  put({ Records }: { readonly Records?: readonly { readonly Data: string }[] }): void {
    for (const { Data } of Records ?? []) {
      for (const line of Buffer.from(Data, 'base64').toString().split('\n')) {
        if (line !== '') this.#ids.add((JSON.parse(line) as EcsEvent).event.id);
      }
    }
  }

  /** Notes a write of seen keys that the table has executed: a part of a flush, or all of it. */
  remember({ RequestItems }: { readonly RequestItems?: Readonly<Record<string, readonly SeenWrite[]>> }): void {
    for (const { PutRequest } of Object.values(RequestItems ?? {}).flat()) {
      this.#remembered += Number(PutRequest?.Item.count?.N ?? 0);
    }
    if (this.#remembered < this.#ids.size) return;
    this.#ids = new Set();
    this.#remembered = 0;
  }

  /** Notes that the worker is dead. The next one has nothing in flight. */
  end(): ReadonlySet<string> {
    const ids = this.#ids;
    this.#ids = new Set();
    this.#remembered = 0;
    return ids;
  }
}

interface SeenWrite {
  readonly PutRequest?: { readonly Item: { readonly count?: { readonly N: string } } };
}
