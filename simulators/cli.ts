import { describeCommandLine, readCommandLine } from './command-line.ts';
import { findSimulator, findSimulators } from './find-simulator.ts';

/** Starts one simulator in the foreground, until it is interrupted. */
async function run([id = '--help', ...flags]: readonly string[]): Promise<void> {
  const simulator = await findSimulator(id);
  if (!simulator || flags.includes('--help')) {
    const simulators = simulator ? [simulator] : await findSimulators();
    console.log(simulators.map(describeCommandLine).join('\n\n'));
    if (id !== '--help' && !simulator)
      throw new Error(`There is no simulator "${id}". There are: ${simulators.map((one) => one.id).join(', ')}.`);
    return;
  }
  const running = await simulator.start(readCommandLine(simulator, flags));
  console.log(`${simulator.id} is simulated at ${running.origin}`);
  const { url, authorization } = running.control;
  // A header from stdin stands in no list of processes, where other users would see it.
  console.log(`faults and counters:       curl --header @- ${url} <<< 'authorization: ${authorization}'`);
  console.log(`connection: ${JSON.stringify(running.connection)}`);
  console.log(`its secret: ${JSON.stringify(simulator.demo.secretValue)}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.stop());
}

run(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
