import { CLOCKS_AGREE } from '../clocks/believed-clocks.ts';
import { TidemarkError } from '../errors.ts';
import { formatTime, type Instant, parseInstant } from '../time.ts';
import type { Config } from './tidemark-config.ts';

/**
 * Refuses a `startFrom` in the future: a feed that begins there reads nothing until then.
 *
 * @param name of the file
 * @param now by our clock
 */
export function checkStarts({ connections }: Config, name: string, now: Instant): void {
  const lines = connections.flatMap(({ streams }, at) =>
    Object.entries(streams).flatMap(([stream, { startFrom }]) => {
      const start = parseInstant(startFrom);
      if (start === undefined || start <= now + CLOCKS_AGREE) return [];
      const path = `$.connections[${at}].streams.${stream}.startFrom`;
      return `  ${path}: there is ${JSON.stringify(startFrom)}, wanted a time in the past (now it is ${formatTime(now)}).`;
    }),
  );
  if (lines.length === 0) return;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${name} is not right:\n${lines.join('\n')}`,
    remedy: 'Set a time in the past, or leave it out to start 24 hours before the first run.',
  });
}
