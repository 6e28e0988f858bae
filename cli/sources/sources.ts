import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { FeedStatusReport } from '../../functions/core/invocation/feed-status.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { readConfig } from '../../local/configuration.ts';
import { findRunning } from '../../local/world.ts';
import { closest } from '../feeds/closest.ts';
import { lookAt } from '../feeds/look-at.ts';
import { open } from '../feeds/open.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { rangeOf } from '../feeds/range.ts';
import { print, printJson, tell } from '../views/terminal.ts';
import { describeSources } from './describe-sources.ts';
import { showSources } from './show-sources.ts';

/** Shows what can be read: streams, permissions, timing, and what was measured. Resolves to the exit code. */
export async function sources(options: FeedOptions, [wanted]: readonly string[]): Promise<number> {
  const all = await findSources();
  const chosen = all.filter(({ id }) => wanted === undefined || id === wanted);
  if (chosen.length === 0) {
    throw noSource(
      wanted ?? '',
      all.map(({ id }) => id),
    );
  }
  const described = describeSources(chosen, await looksOf(options));
  if (options.json) printJson({ sources: described });
  else print(showSources(described));
  return 0;
}

/** The ledgers of what is configured here or deployed. None if nothing has run yet. */
async function looksOf(options: FeedOptions): Promise<readonly FeedStatusReport[]> {
  try {
    if (!options.cloud && !(await hasRun(options))) return [];
    const opened = await open(options);
    try {
      return (await lookAt(opened, rangeOf({ since: '7d' }, new Date()))).looks;
    } finally {
      await opened.close();
    }
  } catch (thrown) {
    // What can be read is known anyway.
    if (!(thrown instanceof TidemarkError)) throw thrown;
    tell(`What was measured is not shown: ${thrown.message}\n${thrown.remedy}`);
    return [];
  }
}

/** Whether feeds have run in the state directory: those of the configuration, or of a program that is running there. */
async function hasRun({ config, state, secrets }: FeedOptions): Promise<boolean> {
  const folder = resolve(state);
  if (!existsSync(join(folder, 'table'))) return false;
  if (await readConfig(config, await findSources())) return true;
  const places = { state: folder, out: folder, secrets: resolve(secrets ?? join(folder, 'secrets.json')) };
  return (await findRunning(places)) !== undefined;
}

function noSource(name: string, ids: readonly string[]): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `There is no source ${JSON.stringify(name)}.`,
    remedy: `The sources are: ${closest(name, ids, ids.length).join(', ')}.`,
  });
}
