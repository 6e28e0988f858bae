import { seededRandom } from '../memory/random.ts';

/** Choices that a seed decides. */
export class Dice {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    // Neighbouring seeds begin alike: a few throws part them.
    for (let throws = 0; throws < 4; throws++) this.random();
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** A whole number, both bounds included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }

  /** The thing, in so many cases out of one; else nothing. */
  maybe<T>(probability: number, thing: () => T): T | undefined {
    return this.chance(probability) ? thing() : undefined;
  }
}
