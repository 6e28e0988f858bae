import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Endpoints } from '../../../bench/endpoints/server.ts';
import type { VendorCall, VendorEndpoint, VendorReply } from '../../../bench/endpoints/vendor.ts';
import { deliveringAs } from '../../../bench/lab/backlog.ts';
import { type Bundle, bundleHandler, bundleSubject } from '../../../bench/lab/bundle.ts';
import { Child } from '../../../bench/lab/child.ts';
import { type BenchSource, findBenchSources } from '../../../bench/sources/find.ts';
import type { Call, Measured } from '../../../bench/subjects/messages.ts';
import type { FeedReport } from '../../../functions/core/run/report.ts';
import { answerLimit, weightOf } from '../../../functions/shell/network/answer-limit.ts';
import { heapLimits, NATIVE_MEMORY } from '../../../lib/functions/heap-limits.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The smallest memory that a deployment may set, in MB. */
export const SMALLEST_MB = 256;
/** The maximum size of a process there. The keys of a backlog of a million events, and Lambda's own part, take the rest. */
export const MOST_MB = SMALLEST_MB - 30;
/** The maximum weight of an answer there. */
export const LIMIT = answerLimit(String(SMALLEST_MB));
/** However slow the machine is. */
export const PATIENCE_MS = 240_000;

/** Repeats a text until it nearly reaches the limit. */
export function repeated(text: string): string {
  return text.repeat(Math.floor((0.98 * LIMIT) / weightOf(Buffer.from(text), LIMIT)));
}

/** A run that is measured. */
export interface MeasuredRun {
  readonly source: string;
  /** Default: that of the bench. */
  readonly stream?: string;
  readonly requestsInFlight?: number;
  readonly at: number;
  /** How long before that the feed begins, in milliseconds. */
  readonly since: number;
  /** The answers of the vendor. Undefined: what the bench's vendor answers. */
  readonly answer?: (call: VendorCall) => VendorReply | undefined;
  /** The number of rows of the bench's vendor, and how they differ from the usual ones. Default: none. */
  readonly log?: { readonly rows: number; readonly change: (row: string) => string };
}

/** What came of it. */
export interface Footprint {
  readonly report: FeedReport;
  /** Maximum size of the process, in MB. */
  readonly peak: number;
  /** Lines that Firehose took. */
  readonly lines: number;
  /** Maximum number of requests to the vendor at the same time. */
  readonly inFlight: number;
}

/** Runs deployed bundles, each time in a process of its own with the heap's limits of the deployment. */
export class MeasuredFunctions {
  readonly #folder: string;
  readonly #sources: readonly BenchSource[];
  readonly #bundles = new Map<string, Promise<Bundle>>();

  private constructor(folder: string, sources: readonly BenchSource[]) {
    this.#folder = folder;
    this.#sources = sources;
  }

  static async open(): Promise<MeasuredFunctions> {
    return new MeasuredFunctions(await mkdtemp(join(tmpdir(), 'tidemark-measured-')), await findBenchSources());
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  /** Rejects if the process dies. */
  async run({ source: id, stream, requestsInFlight, at, since, answer, log }: MeasuredRun): Promise<Footprint> {
    const source = this.source(id);
    const [handler, program] = await Promise.all([
      this.#bundle(id, (shop) => bundleHandler(shop, id)),
      this.#bundle('handler', (shop) => bundleSubject(shop, 'handler')),
    ]);
    const usual = source.endpoint;
    const endpoint: VendorEndpoint = {
      row: (number, time) => log?.change(usual.row(number, time)) ?? '',
      answer: (call, held) => answer?.(call) ?? usual.answer(call, held),
    };
    const endpoints = new Endpoints(new Map([[id, endpoint]]), {
      [`tidemark/${id}/bench`]: JSON.stringify(source.secret),
    });
    endpoints.fill(id, { from: at - since, to: at, rows: log?.rows ?? 0 });
    endpoints.ahead = at - Date.now();
    // Only answers that take their time overlap.
    endpoints.latency = { vendor: 100 };
    const url = `http://127.0.0.1:${await endpoints.listen()}`;
    const env = {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: url,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(SMALLEST_MB),
      ...NATIVE_MEMORY,
      ...deliveringAs('ecs'),
    };
    const execArgv = heapLimits(SMALLEST_MB).split(' ');
    const { child } = await Child.start<Call, Measured>(fileURLToPath(program.url), {
      args: [handler.url],
      execArgv,
      env,
    });
    const name = stream ?? source.stream;
    const connection = {
      id: 'bench',
      source: id,
      origin: `${url}/${id}${source.path}`,
      settings: source.settings,
      streams: { [name]: { startFrom: new Date(at - since).toISOString() } },
      ...(requestsInFlight !== undefined && { requestsInFlight }),
    };
    const measured = await child.ask({ input: { connection, streams: [name] }, at });
    await child.stop();
    if (measured.error !== undefined) throw new Error(measured.error);
    const { feeds } = measured.answer as { readonly feeds: readonly [FeedReport] };
    const { delivery, vendor } = endpoints.counting.now;
    return { report: feeds[0], peak: measured.peak, lines: delivery.lines, inFlight: vendor.most };
  }

  source(id: string): BenchSource {
    return this.#sources.find((source) => source.id === id) as BenchSource;
  }

  async #bundle(
    name: string,
    make: (shop: Parameters<typeof bundleSubject>[0] & { readonly root: string }) => Promise<Bundle>,
  ): Promise<Bundle> {
    const made = this.#bundles.get(name) ?? make({ root: ROOT, folder: this.#folder, minify: true });
    this.#bundles.set(name, made);
    return await made;
  }
}
