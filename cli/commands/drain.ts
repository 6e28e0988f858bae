import { TidemarkError } from '../../functions/core/errors.ts';
import type { DrainOptions } from '../cloud/drain-cloud.ts';

/** Stops a deployment, and waits until nothing that was accepted can be lost with its delivery streams. */
export async function drain(options: DrainOptions): Promise<number> {
  if (!options.cloud) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: 'On this machine there is nothing to drain: events are in files as soon as they are accepted.',
      remedy: 'tidemark drain --cloud is about the deployment.',
    });
  }
  const { drainCloud } = await import('../cloud/drain-cloud.ts');
  return await drainCloud(options);
}
