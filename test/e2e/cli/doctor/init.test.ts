import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { plain, SOURCE } from '../../plain.ts';
import { ending, type Place, startProgram, test } from '../program.ts';

const NAME = `tidemark/${SOURCE}/acme`;

function init(place: Place, args: readonly string[], stdin: unknown = '') {
  const text = typeof stdin === 'string' ? stdin : JSON.stringify(stdin);
  return ending(startProgram(place.folder, ['init', '--config', 'new.json', ...args], { stdin: text }));
}

/** The options that answer everything about the simulated vendor of a place. */
function answersFor(place: Place): string[] {
  return ['--source', SOURCE, '--connection', 'acme', '--origin', String(place.vendor.connection.origin)];
}

describe('tidemark init with options alone', () => {
  test('writes a configuration, stores the secrets unseen, asks the vendor, and says what is next', async ({
    place,
  }) => {
    const here = await place({ count: 5 });
    const args = [...answersFor(here), '--format', 'ocsf', '--destination-id', 'lake', '--secrets-stdin'];

    const { code, stdout, stderr } = await init(here, args, { [NAME]: { token: plain.token } });

    expect(stderr).not.toContain('tidemark:');
    expect(code).toBe(0);
    expect(stdout).toContain('new.json is written.');
    expect(stdout).toContain(`${NAME} is made`);
    expect(stdout).toContain(`ok   ${SOURCE}/acme  sign-in:`);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Next: tidemark run --config new.json');
    expect(stdout + stderr).not.toContain(plain.token);
    const written = JSON.parse(await readFile(join(here.folder, 'new.json'), 'utf8'));
    expect(written).toEqual({
      $schema: expect.stringMatching(/tidemark\.schema\.json$/),
      connections: [{ id: 'acme', source: SOURCE, origin: here.vendor.connection.origin }],
      destinations: [{ id: 'lake', type: 's3', format: 'ocsf' }],
    });
    // The schema is found from where the file is.
    await stat(join(here.folder, written.$schema));
  });

  test('ends with 1 if doctor finds something red, and says so', async ({ place }) => {
    const here = await place({ count: 1 });
    const args = [...answersFor(here), '--secrets-stdin'];

    const { code, stdout, stderr } = await init(here, args, { [NAME]: { token: 'canary-3b1f-wrong' } });

    expect(code).toBe(1);
    expect(stdout).toContain(`RED  ${SOURCE}/acme  sign-in:`);
    expect(stdout).toContain('Next: mend what is red, then tidemark doctor --config new.json');
    expect(stdout + stderr).not.toContain('canary');
  });

  test('names the secrets that are still to be put in, writes over nothing, and adds when told to', async ({
    place,
  }) => {
    const here = await place({ count: 1 });

    const first = await init(here, answersFor(here));
    const again = await init(here, answersFor(here));
    const added = await init(here, ['--add', '--destination', 'splunk', '--destination-setting', 'index=audit']);
    const both = await init(here, ['--add', ...answersFor(here)]);

    expect([first.code, again.code, added.code, both.code]).toEqual([0, 2, 0, 2]);
    expect(first.stdout).toContain(`tidemark secret set ${SOURCE}/acme --config new.json`);
    expect(again.stderr).toContain('new.json is there already.');
    expect(added.stdout).toContain('new.json is extended.');
    expect(added.stdout).toContain('tidemark secret set splunk --config new.json');
    expect(both.stderr).toContain('connections');
    const { connections, destinations } = JSON.parse(await readFile(join(here.folder, 'new.json'), 'utf8'));
    expect(connections).toHaveLength(1);
    expect(destinations).toEqual([
      { id: 's3', type: 's3' },
      { id: 'splunk', type: 'splunk', index: 'audit' },
    ]);
    expect(here.vendor.counters.requests).toBe(0);
  });

  test('writes nothing if an answer or a secret is wrong, without a word of the secret', async ({ place }) => {
    const here = await place({ count: 1 });
    const answers = answersFor(here);
    const [wrongSetting] = Object.entries(plain.wrongSettings.settings);

    const wrong = [
      await init(here, []),
      await init(here, ['--source', 'nobody']),
      await init(here, [...answers, '--setting', `${wrongSetting?.[0]}=${wrongSetting?.[1]}`]),
      await init(here, [...answers, '--setting', 'pairless']),
      await init(here, [...answers, '--secrets-stdin'], { [NAME]: { token: 'short' } }),
      await init(here, [...answers, '--secrets-stdin'], { 'tidemark/other': { token: 'canary-of-another' } }),
      await init(here, [...answers, '--secrets-stdin'], '{"canary'),
    ];

    expect(wrong.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2, 2]);
    expect(wrong[0]?.stderr).toContain('No --source is given');
    expect(wrong[1]?.stderr).toContain('There are:');
    expect(wrong[2]?.stderr).toContain(`${wrongSetting?.[0]}: there is "${wrongSetting?.[1]}"`);
    expect(wrong[3]?.stderr).toContain('--setting NAME=VALUE');
    expect(wrong[5]?.stderr).toContain(`The secrets are: ${NAME}.`);
    expect(wrong.map(({ stdout, stderr }) => stdout + stderr).join()).not.toContain('canary');
    expect(await readdir(here.folder)).not.toContain('new.json');
  });
});
