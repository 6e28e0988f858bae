import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import hcl from 'hcl2-parser';
import { expect, onTestFinished, test } from 'vitest';
import { bundleNames } from '../../../lib/code/bundle-names.ts';
import { connect, draw, LAKE, SOURCES, SPLUNK } from '../../infra/support/draw.ts';

const ROOT = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

interface Template {
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** A module of Terraform as the parser of HCL gives it: blocks by kind and name. */
interface Module {
  readonly variable?: Readonly<Record<string, readonly { readonly default?: unknown }[]>>;
  readonly output?: Readonly<Record<string, readonly { readonly value: string }[]>>;
  readonly locals?: readonly { readonly given: string }[];
}

function parseModule(text: string): Module {
  const [parsed, error] = hcl.parseToObject(text) as [Module | null, object | null];
  if (parsed === null) throw new Error(`no HCL: ${JSON.stringify(error)}`);
  return parsed;
}

/** Runs the command in another time zone than the one of the test, as nobody. */
async function release(folder: string, zone: string, ...args: string[]): Promise<string> {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    TZ: zone,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    // `cdk synth` checks CloudFormation's rules of the same drawing (synth.test.ts).
    CDK_VALIDATION: 'false',
  };
  const { stdout } = await run(process.execPath, ['tools/release/cli.ts', ...args], { cwd: ROOT, env });
  return stdout;
}

test('a release can be made again byte for byte, and has all that its templates and the Terraform module need', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-release-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [out, config] = [join(folder, 'release'), join(folder, 'tidemark.json')];
  const deployment = {
    stackPrefix: 'audit',
    shards: 2,
    kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
    alarms: { topicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms' },
  };
  const connections = SOURCES.map(({ id, rotation }) => connect(id, 'acme', rotation && { rotate: true }));
  const file = { connections, destinations: [LAKE, SPLUNK], deployment };
  writeFileSync(config, JSON.stringify(file));

  const said = await release(folder, 'Pacific/Kiritimati', '--out', out, '--config', config);
  const again = await release(folder, 'America/Los_Angeles', '--check', out, '--config', config);

  expect(said).toMatch(/^Tidemark \d+\.\d+\.\d+, built from /);
  expect(again).toContain('is what this checkout makes, byte for byte.');
  await run('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: out });
  const read = (path: string) => readFileSync(join(out, path));
  const namesIn = (pattern: string) => globSync(pattern, { cwd: out }).sort();

  // The code of each function is that of everybody, under a name that changes with it.
  expect(namesIn('functions/*.zip')).toEqual(
    bundleNames(SOURCES)
      .map((name) => `functions/${name}.zip`)
      .sort(),
  );
  expect(namesIn('sbom/*')).toHaveLength(bundleNames(SOURCES).length);
  for (const name of bundleNames(SOURCES)) {
    const [copy = ''] = namesIn(`deployment/${name}-[0-9a-f][0-9a-f]*.zip`);
    expect(Buffer.compare(read(copy), read(`functions/${name}.zip`)), name).toBe(0);
  }

  const files = namesIn('templates/*');
  const templates = new Map(
    files.map((file) => [basename(file, '.template.json'), JSON.parse(String(read(file))) as Template]),
  );
  expect([...templates.keys()]).toEqual(['audit-forwarding', 'audit-schedules-1', 'audit-schedules-2', 'audit-state']);
  expect(files.map(read).join('')).not.toMatch(/cdk-hnb|cdk-bootstrap|aws:cdk|asset\./);
  // The same resources as `cdk deploy` makes, so that both can take turns.
  const { state, forwarding } = draw(file);
  const idsOf = (template?: object) => Object.keys((template as Template).Resources);
  expect(idsOf(templates.get('audit-state'))).toEqual(idsOf(state.toJSON()));
  expect(idsOf(templates.get('audit-forwarding'))).toEqual(idsOf(forwarding.toJSON()));
  const readMe = String(read('README.md'));
  for (const file of files) expect(readMe).toContain(`--template-file ${file} `);
  for (const { id } of SOURCES) expect(readMe).toContain(`create-secret --name tidemark/${id}/acme --kms-key-id`);

  // Terraform: each variable has a use, each parameter a variable, and each output is there.
  const module = parseModule(
    globSync('*.tf', { cwd: join(ROOT, 'terraform') })
      .map((file) => readFileSync(join(ROOT, 'terraform', file), 'utf8'))
      .join('\n'),
  );
  const given = [...(module.locals?.[0]?.given.matchAll(/(\w+)\s*= var\.(\w+)/g) ?? [])].map(
    ([, parameter = '', variable = '']) => [parameter, variable] as const,
  );
  const declared = new Set([...templates.values()].flatMap(({ Parameters = {} }) => Object.keys(Parameters)));
  expect(new Set(given.map(([parameter]) => parameter))).toEqual(declared);
  for (const [, variable] of given) expect(Object.keys(module.variable ?? {})).toContain(variable);
  const outputs = Object.values(module.output ?? {}).map(([one]) => one?.value ?? '');
  for (const value of outputs) {
    const [, stack = '', output] = /aws_cloudformation_stack\.(\w+)\.outputs(?:\["(\w+)"\])?/.exec(value) ?? [];
    const { Outputs = {} } = templates.get(`audit-${stack}`) ?? {};
    expect(output === undefined || output in Outputs, value).toBe(true);
    expect(Object.keys(Outputs), value).not.toEqual([]);
  }
  expect(outputs.length).toBeGreaterThan(3);
  expect(() => parseModule('variable "x" {\n a = \n}')).toThrow('no HCL');
});
