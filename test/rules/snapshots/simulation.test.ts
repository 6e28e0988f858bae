import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/time.ts';
import { inventoryWorld, toldBy, watchSnapshots } from '../../memory/inventory.ts';
import { seededRandom } from '../../memory/random.ts';
import type { Reply } from '../../memory/vendor.ts';
import { Crash, type EffectHook, type Fault } from '../../memory/world.ts';

const FEED = 'memory/keys/acme';
const STREAMS = ['keys'];
const ROUNDS = 12;
const CRASHES = ['crash-before', 'crash-midway', 'crash-after'] as const;
const LOSSES = ['lost-before', 'lost-midway', 'lost-after'] as const;

/** A list that changes all the time, in a world in which everything goes wrong now and then. All of it is decided by the seed. */
class Scenario {
  /** Whether anything has gone wrong that may make an event come twice. */
  disturbed = false;
  /** What was wrong with any write of the checkpoint. */
  readonly wrong: readonly string[];
  readonly #random: () => number;
  readonly #made = inventoryWorld({ destinations: ['siem', 'archive'], settings: { customer: 'a' } });
  readonly #calm: boolean;
  #things = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#calm = seed % 4 === 0;
    const { world, keys } = this.#made;
    this.wrong = watchSnapshots(world, FEED);
    keys.pageSize = this.#upTo(10) + 1;
    keys.onRequest = () => this.#reply();
    this.#create(this.#upTo(40));
  }

  get world() {
    return this.#made.world;
  }

  get keys() {
    return this.#made.keys;
  }

  async play(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      this.#change();
      const customer = this.#chance(0.03) ? 'b' : 'a';
      this.world.settings = { customer };
      const workers = this.#chance(0.2) ? 2 : 1;
      await Promise.all(Array.from({ length: workers }, () => this.#run()));
      this.world.clock.advance(this.#chance(0.3) ? MINUTE : HOUR);
    }
  }

  /** Everything goes well again. */
  async calmDown(): Promise<void> {
    this.keys.onRequest = undefined;
    this.world.settings = { customer: 'a' };
    this.world.clock.advance(HOUR);
    await this.world.runUntilCaughtUp({ streams: STREAMS, mostRuns: 5 });
  }

  async #run(): Promise<void> {
    const options = {
      streams: STREAMS,
      budget: MINUTE,
      outlives: this.#chance(0.5),
      clockOffset: this.#chance(0.05) ? HOUR : this.#upTo(3) * SECOND,
      onEffect: this.#trouble(),
    };
    await this.world.run(options).catch((thrown) => {
      if (!(thrown instanceof Crash)) throw thrown;
    });
  }

  #trouble(): EffectHook {
    const quiet = this.#chance(0.4);
    return ({ name }): Fault | undefined => {
      if (quiet || this.#chance(0.9)) return undefined;
      if (name === 'put' && this.#chance(0.5))
        return { refused: () => (this.#chance(0.7) ? 'InternalFailure' : undefined) };
      if (this.#calm) return name === 'put' || name === 'remember' ? undefined : 'lost-before';
      this.disturbed = true;
      if (this.#chance(0.2)) return { latency: 3 * MINUTE };
      return this.#chance(0.4) ? this.#one(CRASHES) : this.#one(LOSSES);
    };
  }

  #reply(): Reply | undefined {
    // The list changes while it is being read.
    if (this.#chance(0.05)) this.#change();
    if (this.#chance(0.93)) return undefined;
    return this.#one<Reply>([
      { status: 500 },
      { status: 429, headers: { 'retry-after': '3' } },
      { status: 429, headers: { 'retry-after': '300' } },
      { status: 400 },
      { status: 403 },
      { network: 'reset' },
      { text: '<html>' },
      { text: '{"rows":[' },
      { text: '{"rows":[],"asks":[]}' },
      { latency: MINUTE },
    ]);
  }

  #change(): void {
    const { things } = this.keys;
    if (this.#chance(0.2)) return;
    if (this.#chance(0.05)) things.clear();
    this.#create(this.#upTo(6));
    for (const key of [...things.keys()]) {
      const dice = this.#upTo(10);
      if (dice === 0) things.delete(key);
      if (dice === 1) things.set(key, { level: this.#upTo(3) });
    }
    if (this.#chance(0.1)) this.keys.remove(Math.ceil(things.size * 0.7));
  }

  /** New things, and such as there were before. */
  #create(count: number): void {
    for (let at = 0; at < count; at++) {
      const number = this.#chance(0.3) ? this.#upTo(this.#things + 1) : this.#things++;
      this.keys.things.set(`thing ${number}`, { level: this.#upTo(3) });
    }
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #upTo(end: number): number {
    return Math.floor(this.#random() * end);
  }

  #one<T>(choices: readonly T[]): T {
    return choices[this.#upTo(choices.length)] as T;
  }
}

describe('rule 26: lists that change, and a world that fails, seed by seed', () => {
  const seeds = Array.from({ length: 100 }, (_, at) => at + 1);

  it('the changes applied to the baseline give the list as it was last read; each has an id, and comes once unless it had to', async () => {
    let events = 0;
    for (const seed of seeds) {
      const scenario = new Scenario(seed);
      const { world, keys } = scenario;
      await scenario.play();
      await scenario.calmDown();

      expect(scenario.wrong, `seed ${seed}`).toEqual([]);
      for (const destination of ['siem', 'archive']) {
        const ids = world.ids(destination);
        expect(toldBy(world.delivered(destination)), `seed ${seed}`).toEqual(keys.state);
        if (!scenario.disturbed) expect(new Set(ids).size, `seed ${seed}`).toBe(ids.length);
        events += ids.length;
      }
      expect(new Set(world.ids('siem')), `seed ${seed}`).toEqual(new Set(world.ids('archive')));
    }
    // The scenarios are worth something only if they get somewhere.
    expect(events).toBeGreaterThan(40 * seeds.length);
  });
});
