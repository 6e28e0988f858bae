import { TidemarkError } from '../../functions/core/errors.ts';

/** The port that is named with `--port`; 0, for any free one, if none is. */
export function portOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `--port is ${JSON.stringify(text)}.`,
    remedy: 'Give a number from 1 to 65535, such as --port 8123, or leave it out for any free port.',
  });
}
