import { countOf } from '../views/count-option.ts';
import { openOutput } from '../views/event-output.ts';
import type { TapOptions } from './options.ts';
import { tapHere } from './tap-here.ts';

/** Shows events as they are delivered. Resolves to the exit code. */
export async function tap(options: TapOptions): Promise<number> {
  const limit = options.limit === undefined ? undefined : countOf('--limit', options.limit);
  const oneIn = countOf('--sample', options.sample);
  const output = await openOutput(undefined);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    if (options.cloud) {
      const { tapCloud } = await import('../cloud/tap-cloud.ts');
      await tapCloud(options, output, { limit, oneIn });
    } else await tapHere(options, output, { limit, oneIn, stop: stop.signal });
    await output.end();
    return 0;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
