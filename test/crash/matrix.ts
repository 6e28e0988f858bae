import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EcsEvent } from '../../functions/core/model.ts';
import type { FeedReport } from '../../functions/core/report.ts';
import { destinationFor } from '../../functions/core/tidemark-config.ts';
import type { RunningVendor } from '../../local/vendors/vendor.ts';
import { readDelivered } from '../e2e/delivered.ts';
import { type Between, type Moment, type Services, startBetween } from './between.ts';
import type { Kind } from './kinds.ts';
import type { Step } from './steps.ts';

/** Where a worker dies: at which step, the how manieth of its kind, and when in it. */
export interface Blow {
  readonly step: Step;
  readonly nth: number;
  readonly moment: Moment;
}

/** What a blow did. */
export interface Outcome {
  readonly blow: Blow;
  /** Whether the step came by. */
  readonly struck: boolean;
  readonly lost: number;
  readonly repeated: number;
  /** From the kill to the next progress on record, with the next run asking every moment. */
  readonly progressMs: number | undefined;
  readonly ended: string;
}

/** How long a worker may take, and so how long its lease outlives it at most. */
export const BUDGET_MS = 4_000;
const ROOT = new URL('../../', import.meta.url);
/** Whether a sign-in that was under way was refused, the runs after it wait a minute to learn. */
const MOST_RUNS = 40;
/** A flush is due at 2,000 events, looked at after each hundred; what Tidemark says of itself goes along. */
export const LARGEST_FLUSH = 2_110;

/** The services, a vendor, and workers to kill: all processes of their own but the vendor and what stands in between. */
export class Arena {
  readonly #folder: string;
  readonly #kind: Kind;
  readonly #services: ChildProcess;
  readonly #urls: Services;
  readonly #vendor: RunningVendor;
  readonly #from: number;
  #cases = 0;

  static async open(kind: Kind): Promise<Arena> {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-crash-'));
    await writeFile(join(folder, 'secrets.json'), JSON.stringify({ crash: kind.secret }), { mode: 0o600 });
    const services = spawn(process.execPath, [file('services.ts'), folder, kind.source], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const urls = await firstLine(services);
    const to = Math.floor(Date.now() / 1_000) * 1_000 - 5_000;
    // A day has to be over before all of it is read.
    const from = kind.stream === 'user-activities' ? to - 30 * 3_600_000 : to - 3_600_000;
    return new Arena(folder, kind, services, urls, await kind.start(from, to), from);
  }

  private constructor(
    folder: string,
    kind: Kind,
    services: ChildProcess,
    urls: Services,
    vendor: RunningVendor,
    from: number,
  ) {
    this.#folder = folder;
    this.#kind = kind;
    this.#services = services;
    this.#urls = urls;
    this.#vendor = vendor;
    this.#from = from;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#services.once('exit', resolve));
    this.#services.stdin?.end();
    await Promise.all([ended, this.#vendor.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** How often each step comes by when nothing goes wrong. */
  async count(): Promise<ReadonlyMap<Step, number>> {
    const one = this.#begin(undefined);
    await this.#prepare([one]);
    await this.#drift();
    const { counts } = await this.#play(one);
    return counts;
  }

  /** Strikes each of these blows at a feed of its own, and compares what came of it with a feed that met none. */
  async strike(blows: readonly Blow[], atOnce: number): Promise<Outcome[]> {
    const all = [undefined, ...blows].map((blow) => this.#begin(blow));
    this.#vendor.setFaults(this.#kind.drift ? {} : this.#vendor.faults);
    await this.#prepare(all, atOnce);
    await this.#drift();
    const played: { one: Case; struck: boolean; progressMs: number | undefined; ended: string }[] = [];
    await inParallel(all, atOnce, async (one) => {
      played.push({ one, ...(await this.#play(one)) });
    });
    const { events } = await readDelivered(join(this.#folder, 'out'), 'lake');
    const byConnection = Map.groupBy(events, ({ tidemark }) => tidemark.connection);
    const whole = tally(byConnection.get((all[0] as Case).id) ?? []);
    return played.flatMap(({ one, ...outcome }) => {
      if (!one.blow) return [];
      const { kinds, repeated } = tally(byConnection.get(one.id) ?? []);
      let lost = 0;
      for (const [what, count] of whole.kinds) lost += Math.max(0, count - (kinds.get(what) ?? 0));
      return [{ blow: one.blow, lost, repeated, ...outcome }];
    });
  }

  #begin(blow: Blow | undefined): Case {
    return { id: `c${++this.#cases}`, ...(blow && { blow }) };
  }

  /** Where only differences are told, the first look comes before. */
  async #prepare(cases: readonly Case[], atOnce = 1): Promise<void> {
    if (!this.#kind.drift) return;
    await inParallel(cases, atOnce, async ({ id }) => {
      await this.#play({ id });
    });
  }

  async #drift(): Promise<void> {
    if (this.#kind.drift) this.#vendor.setFaults(this.#kind.drift);
  }

  /** Runs the feed until it is caught up; its worker is killed at the blow, and the next ones go on. */
  async #play({ id, blow }: Case) {
    let worker: ChildProcess | undefined;
    let killedAt: number | undefined;
    const origin = new URL(this.#vendor.connection.origin as string);
    const between = await startBetween(this.#urls, origin.origin, (step, nth, moment) => {
      const isIt = blow?.step === step && blow.nth === nth && blow.moment === moment;
      if (!isIt || killedAt !== undefined) return 'go-on';
      killedAt = performance.now();
      worker?.kill('SIGKILL');
      return 'dead';
    });
    try {
      let ended = 'not caught up';
      for (let run = 0; run < MOST_RUNS; run++) {
        worker = this.#work(between, id, origin.pathname);
        const said = await text(worker.stdout as NodeJS.ReadableStream);
        const [report] = said === '' ? [] : (JSON.parse(said) as { feeds: FeedReport[] }).feeds;
        if (report?.state === 'caught-up') {
          ended = report.state;
          break;
        }
        ended = report ? `${report.state} ${report.error?.message ?? ''}` : 'killed';
        const until = report?.until === undefined ? 0 : Date.parse(report.until) - Date.now() + 50;
        await wait(Math.max(report ? 250 : 0, until));
      }
      const progressAt = killedAt === undefined ? undefined : between.progressAfter(killedAt);
      const progressMs = killedAt === undefined || progressAt === undefined ? undefined : progressAt - killedAt;
      return { struck: killedAt !== undefined, progressMs, ended, counts: between.counts };
    } finally {
      await between.close();
    }
  }

  #work(between: Between, id: string, path: string): ChildProcess {
    const { source, stream, settings, drift } = this.#kind;
    const timing = { startFrom: new Date(this.#from).toISOString(), settle: '1s', overlap: '30m' };
    const { settings: usual, id: _, secret: __, ...rest } = this.#vendor.connection;
    const connection = {
      ...rest,
      id,
      source,
      origin: `${between.vendorUrl}${path}`,
      secret: 'crash',
      settings: { ...(usual as object), ...settings },
      streams: { [stream]: drift ? {} : timing },
    };
    const told = [destinationFor(source, { id: 'lake', type: 's3', format: 'ecs', cefVersion: 0 })];
    const child = spawn(process.execPath, [file('worker.ts'), source, String(BUDGET_MS)], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: join(this.#folder, 'compiled'),
        TIDEMARK_TABLE: 'tidemark',
        TIDEMARK_DESTINATIONS: JSON.stringify(told),
        AWS_ENDPOINT_URL: between.awsUrl,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_REGION: 'us-east-1',
      },
    });
    // It may be dead before it has read all of it.
    child.stdin?.on('error', () => undefined).end(JSON.stringify({ connection, streams: [stream] }));
    return child;
  }
}

interface Case {
  readonly id: string;
  readonly blow?: Blow;
}

/** The different events, by what they tell; and how many came more than once. */
function tally(events: readonly EcsEvent[]): { kinds: Map<string, number>; repeated: number } {
  const kinds = new Map<string, number>();
  const ids = new Set<string>();
  for (const { event, message } of events) {
    if (ids.has(event.id)) continue;
    ids.add(event.id);
    if (event.module === 'tidemark') continue;
    const what = `${event.action} ${recordOf(event.original) ?? message}`;
    kinds.set(what, (kinds.get(what) ?? 0) + 1);
  }
  return { kinds, repeated: events.length - ids.size };
}

/** A record is known by its id, where it has one: a session that has ended meanwhile is the same. */
function recordOf(original: string | undefined): string | undefined {
  return /^\{"id":"([^"]+)"/.exec(original ?? '')?.[1] ?? original;
}

async function inParallel<T>(list: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const queue = [...list];
  const worker = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function file(name: string): string {
  return fileURLToPath(new URL(`test/crash/${name}`, ROOT));
}

async function firstLine(child: ChildProcess): Promise<Services> {
  return await new Promise((resolve, reject) => {
    let said = '';
    child.once('exit', (code) => reject(new Error(`the services ended with ${code}`)));
    child.stdout?.on('data', (part: Buffer) => {
      said += String(part);
      if (said.includes('\n')) resolve(JSON.parse(said) as Services);
    });
  });
}
