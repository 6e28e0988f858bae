import { once } from 'node:events';
import { TidemarkError } from '../../functions/core/errors.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { describeCommandLine, readCommandLine } from '../../simulators/command-line.ts';
import { findSimulator, findSimulators } from '../../simulators/find-simulator.ts';
import type { Simulator, SimulatorOptions } from '../../simulators/simulator.ts';
import { print } from '../views/terminal.ts';

/** Simulates one vendor in the foreground until it is interrupted. */
export async function simulate([source = '', ...flags]: readonly string[]): Promise<number> {
  const simulator = await findSimulator(source);
  if (!simulator) throw await unknownSource(source);
  if (flags.includes('--help') || flags.includes('-h')) {
    print(describeCommandLine(simulator));
    return 0;
  }
  const running = await simulator.start(readOptions(simulator, flags));
  const { url, authorization } = running.control;
  print(
    [
      `${simulator.id} is simulated at ${running.origin}; Ctrl-C ends it`,
      // A header from stdin stands in no list of processes, where other users would see it.
      `faults and counters:       curl --header @- ${url} <<< 'authorization: ${authorization}'`,
      `connection: ${JSON.stringify(running.connection)}`,
      `its secret: ${JSON.stringify(simulator.demo.secretValue)}`,
    ].join('\n'),
  );
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await running.stop();
  return 0;
}

function readOptions(simulator: Simulator, flags: readonly string[]): SimulatorOptions {
  try {
    return readCommandLine(simulator, flags);
  } catch (thrown) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `An option of the simulator is wrong: ${(thrown as Error).message}`,
      remedy: `tidemark simulate ${simulator.id} --help lists its options and faults.`,
      cause: thrown,
    });
  }
}

async function unknownSource(source: string): Promise<TidemarkError> {
  const known = (await findSimulators()).map(({ id }) => id).join(', ');
  if ((await findSources()).some(({ id }) => id === source)) {
    return new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `${source} has no simulator.`,
      remedy: `Write simulators/${source}/simulator.ts, as docs/add-a-vendor.md says. There are: ${known}.`,
    });
  }
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `There is no simulator of ${JSON.stringify(source)}.`,
    remedy: `There are: ${known}.`,
  });
}
