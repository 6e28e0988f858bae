import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Check } from '../../../../cli/doctor/check.ts';
import { until } from '../../bench.ts';
import { SOURCE, STREAM } from '../../plain.ts';
import { type Ended, FEED, SECRET_NAME, test } from '../program.ts';

const CONNECTION = `${SOURCE}/demo`;

interface List {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** The list that a command has printed as JSON. */
function listOf({ stdout }: Ended): List {
  return JSON.parse(stdout) as List;
}

function redOf({ checks }: List): string[] {
  return checks.filter(({ ok }) => !ok).map(({ subject, check }) => `${subject} ${check}`);
}

describe('tidemark doctor', () => {
  test('prints one line a check, changes nothing, and ends with 0 if all is well', async ({ place }) => {
    const here = await place({ count: 20 });

    const { code, stdout } = await here.command('doctor');

    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe(`All ${lines.length - 2} checks are well.`);
    expect(lines.slice(0, -2).every((line) => line.startsWith('ok '))).toBe(true);
    for (const check of [
      'tidemark.json  configuration: 1 connection, 2 destinations',
      'this machine  runner: no tidemark run is at work',
      'destination lake  folder: ',
      `${CONNECTION}  secret: ${SECRET_NAME} is there`,
      `${CONNECTION}  sign-in: `,
      `${FEED}  answers: 20 records on one page`,
      `${FEED}  order: newest first`,
      `${FEED}  last-run: it has not run yet`,
    ]) {
      expect(stdout).toContain(`ok   ${check}`);
    }
    expect((await here.command('status', '--json')).stdout).not.toContain('watermark');
  });

  test('names each cause once, what to mend first before the rest, with exactly these fields', async ({ place }) => {
    const here = await place({ count: 1 });
    const soc = { id: 'soc', type: 'splunk', hecUrl: 'http://127.0.0.1:9' };
    await here.configure((usual) => ({ ...usual, destinations: [...usual.destinations, soc] }));
    const secrets = {
      [SECRET_NAME]: { token: 'canary-77b2-token' },
      'tidemark/splunk/soc': { hec_token: 'canary-77b2-hec' },
    };
    await writeFile(join(here.folder, 'state', 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });

    const ended = await here.command('doctor', '--json');

    expect(ended.code).toBe(1);
    const list = listOf(ended);
    expect(Object.keys(list)).toEqual(['ok', 'checks']);
    expect(list.ok).toBe(false);
    for (const check of list.checks) expect(Object.keys(check)).toEqual(['subject', 'check', 'ok', 'found', 'remedy']);
    expect(redOf(list)).toEqual(['destination soc reachable', `${CONNECTION} sign-in`]);
    expect(list.checks.slice(0, 2).map(({ ok }) => ok)).toEqual([false, false]);
    expect(list.checks[0]).toMatchObject({
      found: expect.stringContaining('(not checked because of that: token, acknowledgement)'),
      remedy: expect.stringContaining('firewall'),
    });
    expect(list.checks[1]?.found).toContain(STREAM);
    expect(ended.stdout + ended.stderr).not.toContain('canary');
  });

  test('tells a missing secret from one of a wrong shape, for connections and for destinations', async ({ place }) => {
    const here = await place({ count: 1 });
    const soc = { id: 'soc', type: 'splunk', hecUrl: 'http://127.0.0.1:9' };
    await here.configure((usual) => ({ ...usual, destinations: [soc] }));
    const write = async (secrets: object) => {
      await writeFile(join(here.folder, 'state', 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
      return listOf(await here.command('doctor', '--json'));
    };

    const none = await write({});
    const wrong = await write({ [SECRET_NAME]: { key: 'canary-1' }, 'tidemark/splunk/soc': { token: 'canary-2' } });

    expect(redOf(none)).toEqual(['destination soc secret', `${CONNECTION} secret`]);
    expect(none.checks[0]?.remedy).toContain('npx tidemark secret set soc');
    expect(none.checks[1]?.remedy).toContain(`npx tidemark secret set ${CONNECTION}`);
    expect(redOf(wrong)).toEqual(['destination soc secret']);
    expect(wrong.checks[0]?.found).toContain('has no hec_token');
    expect(JSON.stringify([none, wrong])).not.toContain('canary');
    expect(here.vendor.counters.requests).toBe(0);
  });

  test('takes a configuration that is wrong for a finding, and a pattern that fits nothing for wrong use', async ({
    place,
  }) => {
    const here = await place({ count: 1 });

    const pattern = await here.command('doctor', '--feed', 'nobody/*');
    await here.configure('{"connections": [');
    const broken = await here.command('doctor', '--json');

    expect(pattern.code).toBe(2);
    expect(pattern.stderr).toContain('No enabled feed fits');
    expect(broken.code).toBe(1);
    expect(redOf(listOf(broken))).toEqual(['tidemark.json configuration']);
  });

  test('works beside a run, and finds that this has another configuration', async ({ place }) => {
    const here = await place({ count: 3 });
    const running = here.start();
    await until('the run', () => running.stderr.includes('caught-up'));

    const beside = listOf(await here.command('doctor', '--json'));
    await here.configure((usual) => ({ ...usual, destinations: usual.destinations.slice(0, 1) }));
    const changed = listOf(await here.command('doctor', '--json'));

    expect(redOf(beside)).toEqual([]);
    expect(beside.checks).toContainEqual(
      expect.objectContaining({ check: 'last-run', found: expect.stringMatching(/^caught up /) }),
    );
    expect(redOf(changed)).toEqual(['this machine runner']);
  });

  test('finds a place that cannot be written', async ({ place }) => {
    const here = await place({ count: 1 });

    const list = listOf(await here.command('doctor', '--json', '--out', 'tidemark.json/out'));

    expect(redOf(list)).toContain('output folder folder');
    expect(list.checks[0]?.remedy).toContain('--out');
  });
});
