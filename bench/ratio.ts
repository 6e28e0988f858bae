/** Runs each contender in turn, round after round, and keeps its best time: what the machine's other work cost is left out. */
export async function race(
  contenders: Readonly<Record<string, () => unknown>>,
  rounds = 15,
): Promise<Record<string, number>> {
  const best: Record<string, number> = {};
  const worst: Record<string, number> = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const start = performance.now();
      await run();
      const took = performance.now() - start;
      // The first round only warms up.
      if (round === 0) continue;
      best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, took);
      worst[name] = Math.max(worst[name] ?? 0, took);
    }
  }
  const noise = Math.max(...Object.keys(best).map((name) => (worst[name] as number) / (best[name] as number)));
  process.stdout.write(`rounds ${rounds}, slowest round of any contender ${noise.toFixed(2)} times its best\n`);
  return best;
}

/** A table of times and of their ratio to the first contender, which is the floor. */
export function sayRace(best: Readonly<Record<string, number>>, events: number): string {
  const [floor = 1] = Object.values(best);
  const lines = Object.entries(best).map(([name, ms]) => {
    const perEvent = ((ms * 1_000) / events).toFixed(2).padStart(8);
    return `${name.padEnd(28)} ${perEvent} us/event   ${(ms / floor).toFixed(2).padStart(6)} x floor`;
  });
  return `${lines.join('\n')}\n`;
}
