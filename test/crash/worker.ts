// One invocation of a source's real handler, in a process that may be killed: node test/crash/worker.ts SOURCE BUDGET_MS CLOCK_OFFSET_MS < input
import { text } from 'node:stream/consumers';
import { handlerOf } from '../../lib/plan/find-sources.ts';

const [source = '', budget = '0', offset = '0'] = process.argv.slice(2);
// The arena's clock: each run of it begins at the same time, so that all of its data are the same.
const now = Date.now;
Date.now = () => now() + Number(offset);
const { handler } = (await import(handlerOf(source).href)) as {
  handler(input: unknown, context: { getRemainingTimeInMillis(): number }): Promise<unknown>;
};
const input: unknown = JSON.parse(await text(process.stdin));
const end = performance.now() + Number(budget);
const answer = await handler(input, { getRemainingTimeInMillis: () => Math.max(0, end - performance.now()) });
console.log(JSON.stringify(answer));
