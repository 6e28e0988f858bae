import { tmpdir } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../bench.ts';
import { SOURCE } from '../plain.ts';
import { ending, startProgram } from './program.ts';

const simulate = (...words: string[]) => startProgram(tmpdir(), ['simulate', ...words]);

test('tidemark simulate: a vendor with its faults, until it is interrupted', async () => {
  const program = simulate(SOURCE, '--per-minute', '60', '--token-expired');
  onTestFinished(() => program.kill('SIGKILL'));
  await until('the simulator', () => program.stdout.includes('its secret: '));
  const [, url = '', authorization = ''] =
    /curl --header @- (\S+) <<< 'authorization: (.*)'/.exec(program.stdout) ?? [];

  const control = await fetch(url, { headers: { authorization } });

  expect(await control.json()).toMatchObject({ faults: { tokenExpired: true } });
  expect(program.stdout).toContain(`${SOURCE} is simulated at ${new URL(url).origin}`);
  program.kill('SIGINT');
  expect(await program.ended).toBe(0);
});

test('it lists the faults of the vendor, and says which option is wrong', async () => {
  const [help, wrong, unknown] = await Promise.all([
    ending(simulate(SOURCE, '--help')),
    ending(simulate(SOURCE, '--no-such-fault')),
    ending(simulate('nobody')),
  ]);

  expect(help.code).toBe(0);
  expect(help.stdout).toContain(`tidemark simulate ${SOURCE} [options]`);
  expect(help.stdout).toMatch(/--token-expired\n +refuse every token with 401/);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("Unknown option '--no-such-fault'")]);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/no simulator of "nobody".*\nThere are: /)]);
});
