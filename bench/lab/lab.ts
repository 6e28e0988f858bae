import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Counters, Latency, Order } from '../endpoints/messages.ts';
import { type BenchSource, findBenchSources } from '../sources/find.ts';
import type { Call, Measured } from '../subjects/messages.ts';
import { type Bundle, bundleFloor, bundleHandler, bundleSubject, type Workshop } from './bundle.ts';
import { Child } from './child.ts';

/** A process whose calls are measured. */
export type Subject = Child<Call, Measured>;

type EndpointsProcess = Child<Order, { readonly done: unknown }>;

/** The environment of a function, besides the endpoints. */
export type Environment = Readonly<Record<string, string>>;

/** Where measurements are made: the endpoints in a process of their own, and the bundles. */
export class Lab {
  readonly sources: readonly BenchSource[];
  readonly shop: Workshop;
  readonly #endpoints: EndpointsProcess;
  readonly #url: string;
  readonly #bundles = new Map<string, Promise<Bundle>>();
  #latency: Latency = {};

  private constructor(sources: readonly BenchSource[], shop: Workshop, endpoints: EndpointsProcess, port: number) {
    this.sources = sources;
    this.shop = shop;
    this.#endpoints = endpoints;
    this.#url = `http://127.0.0.1:${port}`;
  }

  static async open({ root, minify }: Pick<Workshop, 'root' | 'minify'>): Promise<Lab> {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-'));
    const file = fileURLToPath(new URL('../endpoints/main.ts', import.meta.url));
    const { child, first } = await Child.start<Order, { readonly done: unknown }>(file, {});
    return new Lab(await findBenchSources(), { root, minify, folder }, child, first.done as number);
  }

  async close(): Promise<void> {
    await this.#endpoints.stop();
    await rm(this.shop.folder, { recursive: true, force: true });
  }

  get latency(): Latency {
    return this.#latency;
  }

  async setLatency(latency: Latency): Promise<void> {
    this.#latency = latency;
    await this.order({ ask: 'latency', latency });
  }

  async order(order: Order): Promise<void> {
    await this.#endpoints.ask(order);
  }

  /** What the endpoints did since the last time. */
  async counters(): Promise<Counters> {
    return (await this.#endpoints.ask({ ask: 'counters' })).done as Counters;
  }

  /** The origin of a source's vendor. */
  originOf({ id, path }: BenchSource): string {
    return `${this.#url}/${id}${path}`;
  }

  handler(source: BenchSource): Promise<Bundle> {
    return this.#once(`handler of ${source.id}`, () => bundleHandler(this.shop, source.id));
  }

  program(name: string): Promise<Bundle> {
    return this.#once(name, () => bundleSubject(this.shop, name));
  }

  /** Starts a function in a process of its own. */
  async startHandler(
    source: BenchSource,
    options: { readonly environment: Environment; readonly execArgv?: readonly string[] },
  ): Promise<Subject> {
    const [program, bundle] = await Promise.all([this.program('handler'), this.handler(source)]);
    return await this.#start(program, { ...options, args: [bundle.url] });
  }

  async startFloor(source: BenchSource, execArgv: readonly string[] = []): Promise<Subject> {
    const bundle = await this.#once(`floor of ${source.id}`, () => bundleFloor(this.shop, source.id));
    return await this.#start(bundle, { environment: {}, execArgv });
  }

  /** Sets the clocks of both processes and makes the call. A failed call is an error of the bench. */
  async call(subject: Subject, call: Call): Promise<Measured> {
    await this.order({ ask: 'clock', at: call.at });
    const measured = await subject.ask(call);
    if (measured.error !== undefined) throw new Error(measured.error);
    return measured;
  }

  async #start(
    { url }: Bundle,
    options: {
      readonly environment: Environment;
      readonly execArgv?: readonly string[];
      readonly args?: readonly string[];
    },
  ): Promise<Subject> {
    const { environment, ...rest } = options;
    const env = { ...NOBODY, AWS_ENDPOINT_URL: this.#url, ...environment };
    const { child } = await Child.start<Call, Measured>(fileURLToPath(url), { ...rest, env });
    return child;
  }

  #once(name: string, make: () => Promise<Bundle>): Promise<Bundle> {
    const made = this.#bundles.get(name) ?? make();
    this.#bundles.set(name, made);
    return made;
  }
}

/** The endpoints take any credentials. The environment has nothing else, so that nothing of this machine changes what is measured. */
const NOBODY = {
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  // Without it, answers may take more memory than a deployed function has.
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
};
