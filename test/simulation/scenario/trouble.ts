import { type Duration, MINUTE, SECOND } from '../../../functions/core/time.ts';
import type { EffectCall, Fault } from '../../memory/faults.ts';
import type { Reply, VendorRequest, VendorRow } from '../../memory/vendor.ts';
import type { World } from '../../memory/world.ts';
import type { Dice } from '../dice.ts';
import type { Scenario } from './scenario.ts';
import type { PlannedRun, Rates } from './scenario-faults.ts';

/** More effects than any run of a scenario needs: an engine that goes round in circles ends here. */
const MOST_EFFECTS = 6_000;

/** A write or put that times out and happens all the same, later. */
export interface LateEffect {
  readonly after: Duration;
}

/** Decides, effect by effect, what goes wrong; until somebody says that it is enough. */
export class Trouble {
  over = false;
  /** A run went round in circles, and was ended. */
  runaway = false;
  /** How often each thing has gone wrong. */
  readonly counts = new Map<string, number>();
  readonly #scenario: Scenario;
  readonly #dice: Dice;
  readonly #world: World;
  readonly #poison: ReadonlySet<VendorRow>;
  readonly #frozen = new Set<PlannedRun>();
  /** Where the last two pages of a range were asked for. */
  readonly #cursors = new Map<string, readonly (number | undefined)[]>();

  constructor(scenario: Scenario, dice: Dice, world: World, poison: ReadonlySet<VendorRow>) {
    this.#scenario = scenario;
    this.#dice = dice;
    this.#world = world;
    this.#poison = poison;
    world.vendor.onRequest = () => this.#reply();
    world.vendor.spoil = (text, request, shown) => this.#spoil(this.#bend(text, request), shown);
    world.vendor.options.total = (found) => {
      if (this.over || !this.#hits('wrongTotal')) return undefined;
      return Math.max(0, found + this.#dice.pick([-found, -1, 1, 1_000]));
    };
    const { quota } = scenario;
    if (quota) Object.assign(world.vendor.quota, quota);
  }

  /** The faults stop; what is broken in the data stays broken. */
  end(): void {
    this.over = true;
    this.#world.vendor.quota.limit = undefined;
    this.#world.vendor.options.latency = 20_000;
  }

  /** What happens to an effect of a run. */
  strike(run: PlannedRun, { name, number, about }: EffectCall): Fault | undefined {
    if (number > MOST_EFFECTS) {
      this.runaway = true;
      return 'crash-before';
    }
    if (this.over) return undefined;
    const { crash, freeze } = run;
    if (crash?.at === number) return this.#noted('crash', crash.how);
    // Only what has no time-out can hang: the next such effect does.
    if (freeze && number >= freeze.at && !this.#frozen.has(run) && (name === 'write' || name === 'remember')) {
      this.#frozen.add(run);
      return this.#noted('freeze', { latency: freeze.time });
    }
    if (name === 'write' && this.#hits('lostCommit')) return this.#dice.pick(['lost-before', 'lost-after']);
    if (name === 'remember' && this.#hits('lostRemember')) {
      return this.#dice.pick(['lost-before', 'lost-midway', 'lost-after']);
    }
    if (['load', 'loadSeen', 'loadConnection', 'writeConnection', 'secretVersion'].includes(name)) {
      return this.#hits('lostRead', 0.2) ? 'lost-before' : undefined;
    }
    return name === 'put' ? this.#strikePut(about) : undefined;
  }

  /** Whether this write or put times out first and happens later. */
  late(kind: 'lateCommit' | 'latePut', about: string): LateEffect | undefined {
    if (this.over || this.#refuses(about) || !this.#hits(kind)) return undefined;
    return { after: this.#dice.int(1, 120) * (SECOND / 2) };
  }

  #strikePut(deliveryStream: string): Fault | undefined {
    if (this.#refuses(deliveryStream)) {
      return this.#noted('refusingDestination', { refused: () => 'ServiceUnavailableException' });
    }
    if (this.#hits('throttledPut')) return { refused: () => 'ThrottlingException' };
    if (this.#hits('lostPut')) return this.#dice.pick(['lost-before', 'lost-midway', 'lost-after']);
    if (!this.#hits('refusedRecord')) return undefined;
    const share = this.#dice.random();
    return { refused: () => (this.#dice.chance(share) ? 'InternalFailure' : undefined) };
  }

  /** Whether this delivery stream takes nothing now. */
  #refuses(deliveryStream: string): boolean {
    const { now } = this.#world;
    const { refuses } = this.#scenario.destinations.find(({ id }) => deliveryStream === `tidemark-${id}`) ?? {};
    return refuses !== undefined && now >= refuses.from && now < refuses.to;
  }

  #reply(): Reply | undefined {
    if (this.over) return undefined;
    const { refused, forbidden } = this.#scenario;
    const { now } = this.#world;
    if (refused && now >= refused.from && now < refused.to) return this.#noted('refused', { status: 401 });
    if (forbidden && now >= forbidden.from && now < forbidden.to) return this.#noted('forbidden', { status: 403 });
    if (this.#hits('network')) return { network: 'connection reset', latency: this.#dice.int(1, 2_000_000) };
    if (this.#hits('throttled')) return { status: 429, headers: this.#retryAfter() };
    if (this.#hits('serverError')) return { status: this.#dice.pick([500, 502, 503]) };
    if (this.#hits('html')) return { text: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } };
    if (this.#hits('slow')) return { latency: this.#dice.int(1, 45) * SECOND };
    return undefined;
  }

  #retryAfter(): Record<string, string> {
    const seconds = this.#dice.pick([undefined, 1, 5, 60, 2 * (MINUTE / SECOND)]);
    return seconds === undefined ? {} : { 'retry-after': String(seconds) };
  }

  #spoil(text: string, shown: readonly VendorRow[]): string {
    const poison = shown.find((row) => this.#poison.has(row));
    if (poison) return text.replace(poison.text, `{"name":"${poison.number}`);
    if (this.over || !this.#hits('cutBody')) return text;
    // No two cut bodies are the same: only data that is broken for good stays as it is.
    const nonce = `{"request":${this.#world.vendor.requests.length},${text.slice(1)}`;
    return nonce.slice(0, this.#dice.int(13, nonce.length - 1));
  }

  /** Leads a page's link back to where the page before this one was asked for. */
  #bend(text: string, { from, to, cursor }: VendorRequest): string {
    const range = `${from}-${to}`;
    const [earlier, last] = this.#cursors.get(range) ?? [];
    if (cursor === undefined) this.#cursors.delete(range);
    else this.#cursors.set(range, [last, cursor]);
    const back = cursor === last ? earlier : last;
    if (this.over || back === undefined || cursor === undefined || back === cursor || !this.#hits('circle'))
      return text;
    return text.replace(/"next":\d+/, `"next":${back}`);
  }

  #hits(kind: keyof Rates, share = 1): boolean {
    const rate = this.#scenario.rates[kind];
    if (rate === undefined || !this.#dice.chance(rate * share)) return false;
    this.#noted(kind, undefined);
    return true;
  }

  #noted<T>(kind: string, fault: T): T {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return fault;
  }
}
