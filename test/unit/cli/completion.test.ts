import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { complete, type Offered } from '../../../cli/completion/complete.ts';

const CLI = fileURLToPath(new URL('../../../cli/cli.ts', import.meta.url));
const NAMES = { feed: ['memory/events/acme', 'memory/events/beta'], connection: ['memory/acme'] };
const find = async (kind: string) => NAMES[kind as keyof typeof NAMES] ?? [];

const folder = mkdtempSync(join(tmpdir(), 'tidemark-completion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['half a command', ['stat'], ['status']],
  ['the first word of two', ['secr'], ['secret']],
  ['the second word of two', ['secret', ''], ['set']],
  ['half an option', ['status', '--fe'], ['--feed']],
  ['the value of an option', ['status', '--feed', 'memory/events/a'], ['memory/events/acme']],
  ['the same as bash splits it', ['status', '--feed', '=', 'memory/events/b'], ['memory/events/beta']],
  ['the same before anything is typed', ['status', '--feed', '='], NAMES.feed],
  ['the same as fish gives it', ['status', '--feed=memory/events/b'], ['memory/events/beta']],
  ['an argument', ['secret', 'set', ''], ['memory/acme']],
  ['an argument after a flag', ['secret', 'set', '--cloud', 'mem'], ['memory/acme']],
  ['a choice', ['completion', 'z'], ['zsh']],
  ['a value that nobody can know', ['verify', '--since', ''], []],
  ['after an unknown command', ['walk', ''], []],
])('%s is offered', async (_, words, values) => {
  const offer = await complete(words, find);

  expect(typeof offer === 'string' ? offer : offer.map(({ value }) => value)).toEqual(values);
});

test.each([
  ['run', '--config', 'files'],
  ['run', '--state', 'folders'],
])('for %s %s the shell offers its %s', async (command, option, offer) => {
  expect(await complete([command, option, './'], find)).toBe(offer);
});

test('every command and each of its options has a meaning that can be shown', async () => {
  const commands = (await complete([''], find)) as readonly Offered[];

  expect(commands.length).toBeGreaterThan(10);
  for (const { value } of commands) {
    const options = (await complete([value, '-'], find)) as readonly Offered[];
    for (const { about } of options) expect(about.length).toBeGreaterThan(5);
  }
});

test('the script for bash passes the words to tidemark, runs none of them, and offers what it prints', () => {
  const script = join(folder, 'tidemark.bash');
  const printed = spawnSync(process.execPath, [CLI, 'completion', 'bash'], { encoding: 'utf8' });
  writeFileSync(script, printed.stdout);
  const play = `
    tidemark() { printf '%s|' "$@" > '${folder}/asked'; printf 'memory/events/acme\\t\\nmemory/events/beta\\tabout\\n'; }
    source '${script}'
    COMP_WORDS=(tidemark status --feed '$(touch ${folder}/ran)'); COMP_CWORD=3
    _tidemark
    printf '%s\\n' "\${COMPREPLY[@]}"; cat '${folder}/asked'; ls '${folder}'`;

  const { stdout } = spawnSync('bash', ['-c', play], { encoding: 'utf8' });

  expect(stdout).toBe(
    `memory/events/acme\nmemory/events/beta\ncomplete|--|status|--feed|$(touch ${folder}/ran)|asked\ntidemark.bash\n`,
  );
});
