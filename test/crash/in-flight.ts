import type { EcsEvent } from '../../functions/core/ecs-event.ts';

/**
 * The records in flight of one worker: those that Firehose has taken from it and that are not remembered as delivered yet. They
 * are what its death may repeat, and nothing else.
 */
export class InFlight {
  #ids = new Set<string>();
  #remembered = 0;

  /** Firehose has carried out a PutRecordBatch. */
  put({ Records }: { readonly Records?: readonly { readonly Data: string }[] }): void {
    for (const { Data } of Records ?? []) {
      for (const line of Buffer.from(Data, 'base64').toString().split('\n')) {
        if (line !== '') this.#ids.add((JSON.parse(line) as EcsEvent).event.id);
      }
    }
  }

  /** The table has carried out a write of seen keys: one part of a flush, or all of it. */
  remember({ RequestItems }: { readonly RequestItems?: Readonly<Record<string, readonly SeenWrite[]>> }): void {
    for (const { PutRequest } of Object.values(RequestItems ?? {}).flat()) {
      this.#remembered += Number(PutRequest?.Item.count?.N ?? 0);
    }
    if (this.#remembered < this.#ids.size) return;
    this.#ids = new Set();
    this.#remembered = 0;
  }

  /** The worker is dead; the next one has nothing in flight. */
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
