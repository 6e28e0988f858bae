import type { Finding } from '../../functions/core/examine/finding.ts';
import type { RunningSimulator, SimulatorOptions } from '../../simulators/simulator.ts';
import type { Bench } from './bench.ts';

/** What the function of a bench finds in its connection. */
export async function examined<Options extends SimulatorOptions, Running extends RunningSimulator>(
  bench: Bench<Options, Running>,
  streams: readonly string[],
): Promise<readonly Finding[]> {
  const answer = await bench.invoke({ act: 'examine', connection: bench.connection(), streams });
  return (answer as { readonly examined: readonly Finding[] }).examined;
}

/** The names of the red checks: of a connection by themselves, of a feed with its stream. */
export function redOf(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ ok }) => !ok)
    .map(({ subject, check }) => {
      const [, stream, connection] = subject.split('/');
      return connection === undefined ? check : `${stream} ${check}`;
    });
}
