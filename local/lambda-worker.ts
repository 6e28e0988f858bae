import { parentPort, workerData } from 'node:worker_threads';
import type { HostContext } from '../functions/shell/serve.ts';

// Runs in the thread of a LocalFunction: calls the handler with each invocation's time limit, and tells it to stop.

type Handler = (input: unknown, context: HostContext) => Promise<unknown>;

const { handler } = (await import((workerData as { handler: string }).handler)) as { handler: Handler };
const stop = new AbortController();

parentPort?.on('message', async (message: 'stop' | { id: number; input: unknown; budgetMs: number }) => {
  if (message === 'stop') return stop.abort();
  const { id, input, budgetMs } = message;
  const end = performance.now() + budgetMs;
  const context = { getRemainingTimeInMillis: () => Math.max(0, end - performance.now()), signal: stop.signal };
  try {
    parentPort?.postMessage({ id, result: await handler(input, context) });
  } catch (thrown) {
    const remedy = (thrown as { remedy?: unknown }).remedy;
    const error = thrown instanceof Error ? thrown.message : String(thrown);
    parentPort?.postMessage({ id, error: typeof remedy === 'string' ? `${error}\n${remedy}` : error });
  }
});

parentPort?.postMessage('ready');
