import { formatDuration, SECOND } from '../../functions/core/time.ts';

/** How far a feed is behind. A watermark in the future is shown as such. */
export function lagText(lagSeconds: number): string {
  return lagSeconds < 0 ? `${formatDuration(-lagSeconds * SECOND)} in the future` : formatDuration(lagSeconds * SECOND);
}
