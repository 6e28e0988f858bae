import { Dice } from './dice.ts';
import type { Target } from './targets.ts';

/** A text that breaks a promise. */
export interface Broken {
  readonly target: string;
  readonly seed: number;
  readonly text: string;
  readonly why: string;
}

/** What a target was put through. */
export interface Tried {
  readonly target: string;
  cases: number;
  slowestMs: number;
}

/** One case: the seed decides all of it. */
export function tryOnce(target: Target, seed: number, tried: Tried): Broken | undefined {
  const text = target.make(new Dice(seed));
  const started = performance.now();
  const why = failureOf(target, text);
  tried.cases++;
  tried.slowestMs = Math.max(tried.slowestMs, performance.now() - started);
  if (why === undefined) return undefined;
  const small = shrink(text, (smaller) => failureOf(target, smaller) !== undefined);
  return { target: target.name, seed, text: small, why: failureOf(target, small) ?? why };
}

function failureOf(target: Target, text: string): string | undefined {
  try {
    target.check(text);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  }
}

/** Cuts pieces out as long as it still fails: halves, quarters, down to single characters; for a while only. */
function shrink(text: string, fails: (text: string) => boolean): string {
  let small = text;
  let tries = 2_000;
  for (let length = Math.ceil(small.length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let at = 0; at < small.length && tries-- > 0; ) {
      const smaller = small.slice(0, at) + small.slice(at + length);
      if (fails(smaller)) small = smaller;
      else at += length;
    }
  }
  return small;
}
