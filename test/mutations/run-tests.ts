// Runs tests in the folder that it is started in, as its parent asks with messages, until the parent disconnects.
import { createVitest } from 'vitest/node';
import type { TestsAsked, TestsRun } from './test-runner.ts';

const vitest = await createVitest('test', { watch: false, bail: 1, reporters: [{}] });
await vitest.standalone();

process.on('message', (asked: TestsAsked) => void run(asked).then((answer) => process.send?.(answer)));
process.on('disconnect', () => void vitest.close().then(() => process.exit()));

async function run({ changed, file, name }: TestsAsked): Promise<TestsRun> {
  for (const one of changed) vitest.invalidateFile(one);
  if (name === undefined) vitest.resetGlobalTestNamePattern();
  else vitest.setGlobalTestNamePattern(new RegExp(`^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`));
  const { testModules } = await vitest.runTestSpecifications(await vitest.globTestSpecifications([file]));
  const tests = testModules.flatMap((module) => [...module.children.allTests()]);
  const failed = tests.find((test) => test.result().state === 'failed');
  return {
    failed: failed?.fullName,
    passed: tests.filter((test) => test.result().state === 'passed').length,
  };
}
