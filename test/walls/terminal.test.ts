import { expect, test } from 'vitest';
import { filesBelow, textOf } from './tree.ts';

// What the command line writes passes `print`, `tell` and `printJson`, which let nothing through that a terminal obeys.

const WRITES = /\bprocess\.std(?:out|err)\.write\b|\bconsole\.(?:log|info|warn|error)\b/g;
/** They write what is not known to end a line, cleaned as well. */
const WRITERS = ['cli/views/terminal.ts', 'cli/views/hidden-input.ts'];

const files = filesBelow('cli').filter((path) => !WRITERS.includes(path));

test.each(files)('%s writes to no stream by itself', (path) => {
  expect(textOf(path).match(WRITES) ?? []).toEqual([]);
});

test.each(['process.stdout.write(text);', "process.stderr.write('x');", 'console.log(1);'])(
  'a planted violation is found: %s',
  (line) => {
    expect(line.match(WRITES)).toHaveLength(1);
  },
);
