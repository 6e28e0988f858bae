// Runs tests in the folder that it is started in, as its parent asks with messages, until the parent disconnects.
import { createVitest, type TestCase } from 'vitest/node';
import type { TestsAsked, TestsRun } from './test-runner.ts';

// What the runner knows of a file includes results of runs before: only what it reports is of this one.
let results: TestCase[] = [];
const reporter = { onTestCaseResult: (test: TestCase) => void results.push(test) };
const vitest = await createVitest('test', { watch: false, bail: 1, reporters: [reporter] });
await vitest.standalone();

process.on('message', (asked: TestsAsked) => void run(asked).then((answer) => process.send?.(answer)));
process.on('disconnect', () => void vitest.close().then(() => process.exit()));

async function run({ file, name }: TestsAsked): Promise<TestsRun> {
  results = [];
  if (name === undefined) vitest.resetGlobalTestNamePattern();
  else vitest.setGlobalTestNamePattern(new RegExp(`^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`));
  await vitest.runTestSpecifications(await vitest.globTestSpecifications([file]));
  const failed = results.find((test) => test.result().state === 'failed');
  const passed = results.filter((test) => test.result().state === 'passed').length;
  return { failed: failed?.fullName, passed };
}
