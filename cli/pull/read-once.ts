import { hash, randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ConfiguredConnection } from '../../functions/core/config/connection.ts';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import type { Effects } from '../../functions/core/effects.ts';
import { runConnection } from '../../functions/core/invocation/run-connection.ts';
import type { Task } from '../../functions/core/invocation/tasks.ts';
import type { AnyFeed, Shape } from '../../functions/core/model.ts';
import type { FeedReport } from '../../functions/core/run/report.ts';
import { type Checkpoint, firstCheckpoint } from '../../functions/core/stored/checkpoint.ts';
import { jobKey } from '../../functions/core/stored/job.ts';
import { DAY, type Duration, type Instant, MILLISECOND, MINUTE, type Range } from '../../functions/core/time.ts';
import { writeEvent } from '../../functions/destinations/write-event.ts';
import { SecretMemory } from '../../functions/shell/auth/secret-memory.ts';
import { TokenMemory } from '../../functions/shell/auth/token-memory.ts';
import { Vendor } from '../../functions/shell/auth/vendor.ts';
import { pause } from '../../functions/shell/network/pause.ts';
import { Telemetry } from '../../functions/shell/telemetry/telemetry.ts';
import { memoryTable } from './memory-table.ts';

/** A feed that is read once, and what becomes of it. */
export interface OneRead {
  readonly connection: ConfiguredConnection;
  readonly feed: AnyFeed;
  /** The range to read. Undefined for a snapshot, which is read as it is now. */
  readonly range: Range | undefined;
  readonly shape: Shape;
  /** Takes an event as soon as it was read, as one line of the shape. One that no destination could take whole is shortened. */
  take(line: string, event: EcsEvent, isShortened: boolean): void;
  /** Resolves when what was taken has been written: no more is read before. */
  written(): Promise<void>;
  /** Takes a warning or an error of the engine. */
  warn(line: Readonly<Record<string, unknown>>): void;
  /** Aborts when nothing more is wanted. */
  readonly stop: AbortSignal;
}

/** Time of one part of the read. The next one goes on where it was. */
const PART: Duration = 10 * MINUTE;
const MAX_SEEN_KEYS = 500_000;
/** Longer than any range: nothing of this read is forgotten before its end. */
const SEEN_FOR = 10_000 * DAY;
const PLACE = 'pull';
/** The parts of the table and of Firehose that a read without a state does not have. */
const CREATED_AT = 0;

/** How a part of a read went. */
export interface ReadPart {
  readonly report: FeedReport;
  /** Whether everything that the vendor shows of the range has been read. */
  readonly isRead: boolean;
}

/**
 * Reads a feed with the engine that forwards it: the same requests, pages, windows, pace and identities. All state is in memory,
 * and the only destination is the caller.
 *
 * @returns reads the next part, and reports how that went
 */
export function readOnce(read: OneRead): { part(): Promise<ReadPart>; close(): void } {
  const { connection, feed, range, stop } = read;
  const { source } = feed;
  const telemetry = new Telemetry(source.id, 'error');
  const vendor = new Vendor({
    source,
    connection,
    telemetry,
    memory: new TokenMemory(),
    secrets: new SecretMemory(),
    stop,
  });
  const checkpoints = new Map(range && [[feed.name, liveCheckpoint(range)]]);
  const table = memoryTable(checkpoints);
  const task: Task = range ? { act: 'backfill', id: PLACE, range, resend: true } : { act: 'run' };
  const key = range ? jobKey(feed.name, 'backfill', PLACE) : feed.name;
  const write = (wanted: Shape, event: EcsEvent) => {
    const written = writeEvent(wanted, event);
    // The engine tells a SIEM what it does; here nobody is to be told.
    if (event.event.module === source.id) read.take(written.text, event, written.oversized ?? false);
    return written;
  };
  return {
    async part() {
      const beganAt = Date.now() * MILLISECOND;
      const [report] = await runConnection({
        effects: { ...hostEffects(read, beganAt + PART), ...vendor.effects, ...table, ...reportTo(read, telemetry) },
        source,
        connection,
        feeds: [feed],
        destinations: [{ id: PLACE, deliveryStream: PLACE, heldFor: 0, shape: read.shape }],
        write,
        owner: randomUUID(),
        maxSeenKeys: MAX_SEEN_KEYS,
        seenFor: SEEN_FOR,
        askAgain: true,
        task,
      });
      const { lastSuccess = 0 } = checkpoints.get(key) ?? {};
      return { report: telemetry.redactValue(report as FeedReport), isRead: lastSuccess >= beganAt };
    },
    close: () => vendor.close(),
  };
}

/** A live feed that has read everything up to the range's end, beside which the range is read. */
function liveCheckpoint({ to }: Range): Checkpoint {
  return { kind: 'feed', ...firstCheckpoint(to, [PLACE]) };
}

type HostEffects = Pick<
  Effects,
  | 'now'
  | 'clocks'
  | 'random'
  | 'sleep'
  | 'giveWay'
  | 'remainingTime'
  | 'stopping'
  | 'code'
  | 'seal'
  | 'put'
  | 'lookAtStream'
>;

function hostEffects({ stop, written }: OneRead, endsAt: Instant): HostEffects {
  return {
    now: () => Date.now() * MILLISECOND,
    // The table is in this process: its clock is ours, and both outvote a vendor's clock that is wrong.
    clocks: () => ({ table: 0 }),
    random: Math.random,
    sleep: (time) => pause(time / MILLISECOND, stop),
    giveWay: () => setImmediate(),
    remainingTime: () => Math.max(0, endsAt - Date.now() * MILLISECOND),
    stopping: () => stop.aborted,
    code: () => undefined,
    seal: (eventId) => hash('sha256', eventId, 'buffer').subarray(0, 8),
    put: async (_stream, records) => {
      await written();
      return records.map(() => undefined);
    },
    lookAtStream: async () => ({ createdAt: CREATED_AT, at: Date.now() * MILLISECOND }),
  };
}

function reportTo({ warn }: OneRead, telemetry: Telemetry): Pick<Effects, 'count' | 'log'> {
  return {
    count: () => undefined,
    log: (level, message, fields) => {
      if (level === 'warn' || level === 'error') warn(telemetry.redactValue({ level, message, ...fields }));
    },
  };
}
