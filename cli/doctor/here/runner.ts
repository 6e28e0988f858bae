import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../../functions/core/config/tidemark-config.ts';
import type { Running } from '../../../local/world.ts';
import type { Check } from '../check.ts';

/** Whether somebody reads on this machine, and with which configuration. @param config that of the file; undefined for the simulators */
export function examineRunner(running: Running | undefined, config: Config | undefined): Check {
  const named = { subject: 'this machine', check: 'runner' };
  if (!running) {
    const found = 'no tidemark run is at work in this state directory: nothing is read until one is started';
    return { ...named, ok: true, found, remedy: '' };
  }
  const { pid } = running;
  // What has been stored has lost what JSON cannot hold.
  const isSame = config === undefined || isDeepStrictEqual(running.config, JSON.parse(JSON.stringify(config)));
  if (isSame) return { ...named, ok: true, found: `tidemark run is at work (process ${pid})`, remedy: '' };
  return {
    ...named,
    ok: false,
    found: `tidemark run (process ${pid}) works with another configuration than the file has now`,
    remedy: 'End it and start it again: it reads its configuration at its start.',
  };
}
