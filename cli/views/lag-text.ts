import { formatDuration, SECOND } from '../../functions/core/time.ts';

/** How far a feed is behind. A watermark in the future is said to be there, whatever else looks well. */
export function lagText(lagSeconds: number): string {
  return lagSeconds < 0 ? `${formatDuration(-lagSeconds * SECOND)} in the future` : formatDuration(lagSeconds * SECOND);
}
