import { simulate } from './simulate.ts';

/** Plays a seed again and tells it: the scenario, what happened (its last lines), and which promises were broken. */
export async function tell(seed: number, mostLines = Number.POSITIVE_INFINITY): Promise<string> {
  const { failures, scenario, story } = await simulate(seed, true);
  const { rows, runs, ...rest } = scenario;
  return [
    `seed ${seed}`,
    JSON.stringify(rest),
    ...rows.map((row) => `row ${JSON.stringify(row)}`),
    ...runs.map((run) => `run ${JSON.stringify(run)}`),
    ...story.slice(-mostLines),
    ...failures.map((failure) => `broken: ${failure}`),
  ].join('\n');
}
