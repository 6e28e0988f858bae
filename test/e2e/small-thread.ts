import { once } from 'node:events';
import { Worker, workerData } from 'node:worker_threads';

// The handler of `?source=` once more, in a thread whose heap is bounded by `&heapMb=`: who needs more than that dies.

const { searchParams } = new URL(import.meta.url);
const inner = new Worker(new URL('../../local/lambda-worker.ts', import.meta.url), {
  workerData: { ...workerData, handler: new URL(`./handler.ts?${searchParams}`, import.meta.url).href },
  resourceLimits: { maxOldGenerationSizeMb: Number(searchParams.get('heapMb')) },
});
await once(inner, 'message');

export async function handler(
  input: unknown,
  context: { readonly getRemainingTimeInMillis: () => number },
): Promise<unknown> {
  inner.postMessage({ id: 0, input, budgetMs: context.getRemainingTimeInMillis() });
  const [reply] = (await once(inner, 'message')) as [{ readonly result?: unknown; readonly error?: string }];
  if (reply.error !== undefined) throw new Error(reply.error);
  return reply.result;
}
