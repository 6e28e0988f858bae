import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const FILE = fileURLToPath(new URL('../../../../functions/shell/warm/heap-size.ts', import.meta.url));

/** Fills the new generation again and again, as a backlog does, and says how large it and the old one have become, in MB. */
const PROGRAM = `
  import v8 from 'node:v8';
  import { HeapSize } from ${JSON.stringify(FILE)};
  const heap = new HeapSize(process.env.MEMORY_MB);
  const kept = [];
  for (let turn = 0; turn < 200; turn++) {
    for (let row = 0; row < 2_000; row++) kept[(turn * 2_000 + row) % 40_000] = { row, text: 'x'.repeat(9) + row, list: [row, turn] };
    heap.check();
  }
  const sizes = Object.fromEntries(v8.getHeapSpaceStatistics().map((one) => [one.space_name, one.space_size / 2 ** 20]));
  process.stdout.write(JSON.stringify({ young: sizes.new_space, old: sizes.old_space }));
`;

async function sizes(
  memoryMb: string | undefined,
  options: readonly string[],
): Promise<{ young: number; old: number }> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...options, '--input-type=module', '--eval', PROGRAM],
    { env: { ...(memoryMb !== undefined && { MEMORY_MB: memoryMb }) } },
  );
  return JSON.parse(stdout);
}

describe('the heap of a process', () => {
  // As on a machine with much memory.
  const UNLIMITED = ['--max-semi-space-size=64', '--max-old-space-size=4096'];

  test('stays small in a function for which nobody has limited it', async () => {
    const [own, none] = await Promise.all([sizes('256', UNLIMITED), sizes(undefined, UNLIMITED)]);

    // It is looked at between two steps, so it may be one step larger.
    expect(own.young).toBeLessThanOrEqual(64);
    // Without it, the test would prove nothing.
    expect(none.young).toBeGreaterThan(own.young);
  });

  test('is left alone where it is limited', async () => {
    const limited = ['--max-semi-space-size=64', '--max-old-space-size=100'];
    expect((await sizes('256', limited)).young).toBe((await sizes(undefined, limited)).young);
  });
});
