/**
 * Runs all cases in turn, round after round, so that what disturbs the machine disturbs all of them alike.
 *
 * @param once cases that are only for comparison, and run in the first round
 */
export async function inTurns<Result>(
  rounds: number,
  cases: ReadonlyMap<string, () => Promise<Result>>,
  once: readonly string[] = [],
): Promise<Map<string, Result[]>> {
  const results = new Map<string, Result[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of cases) {
      if (round > 0 && once.includes(name)) continue;
      results.set(name, [...(results.get(name) ?? []), await run()]);
    }
  }
  return results;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
