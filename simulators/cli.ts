import { describeCommandLine, readCommandLine } from './command-line.ts';
import { findSimulator, findSimulators } from './find-simulator.ts';

/** Starts one simulator in the foreground, until it is interrupted. */
async function run([id = '--help', ...flags]: readonly string[]): Promise<void> {
  const vendor = await findSimulator(id);
  if (!vendor || flags.includes('--help')) {
    const vendors = vendor ? [vendor] : await findSimulators();
    console.log(vendors.map(describeCommandLine).join('\n\n'));
    if (id !== '--help' && !vendor)
      throw new Error(`There is no simulator "${id}". There are: ${vendors.map((one) => one.id).join(', ')}.`);
    return;
  }
  const running = await vendor.start(readCommandLine(vendor, flags));
  console.log(`${vendor.id} is simulated at ${running.origin}`);
  console.log(`faults and counters:       ${running.control}`);
  console.log(`connection: ${JSON.stringify(running.connection)}`);
  console.log(`its secret: ${JSON.stringify(vendor.demo.secretValue)}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.stop());
}

run(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
