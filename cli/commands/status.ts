import { look } from '../feeds/look.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { statusText } from '../views/status-text.ts';

export interface StatusOptions extends FeedOptions {
  /** Whether to show it again and again, on the whole terminal. */
  readonly watch: boolean;
}

/** Shows how far each feed has read, what keeps it from reading on, and what is missing. */
export async function status(options: StatusOptions): Promise<number> {
  if (options.watch) {
    const { watch } = await import('../screen/watch.ts');
    return await watch('status', options, ({ looks, left }) => statusText(looks, left));
  }
  return await look(options, statusText);
}
