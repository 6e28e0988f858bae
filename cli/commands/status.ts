import { look } from '../feeds/look.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { statusText } from '../views/status-text.ts';

/** Shows how far each feed has read, what keeps it from reading on, and what is missing. */
export async function status(options: FeedOptions): Promise<number> {
  return await look(options, statusText);
}
