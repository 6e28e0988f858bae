import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { bundleFunction } from '../../lib/code/bundle-function.ts';
import { bundleNames } from '../../lib/code/bundle-names.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { changesOf } from '../../tools/release/changes.ts';
import { checkTemplates } from '../../tools/release/check-templates.ts';
import { parameterize } from '../../tools/release/parameters.ts';
import { differences, withSums, writeRelease } from '../../tools/release/release-folder.ts';
import { sbomOf } from '../../tools/release/sbom.ts';
import type { Template } from '../../tools/release/template.ts';
import { configure } from '../infra/support/draw.ts';

describe('the part of the change log', () => {
  const log =
    '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.2.0 - 2026-12-24\n\n- Two.\n\n## [0.1.0] - 2026-01-01\n\n- One.\n';

  test.each([
    ['0.2.0', '## 0.2.0 - 2026-12-24\n\n- Two.\n'],
    ['0.1.0', '## [0.1.0] - 2026-01-01\n\n- One.\n'],
    ['0.3.0', '## Unreleased\n\n- New.\n'],
  ])('of %s is below its heading, and what has none is not released yet', (version, part) => {
    expect(changesOf(log, version)).toBe(part);
  });

  test('is missed with what to do', () => {
    expect(() => changesOf('# Changelog\n', '0.1.0')).toThrow('no heading for 0.1.0');
  });
});

describe('the folder of a release', () => {
  const files = withSums({ 'b/two': 'two', one: 'one' });
  let folder: string;
  beforeEach(() => {
    const above = mkdtempSync(join(tmpdir(), 'tidemark-release-folder-'));
    onTestFinished(() => rmSync(above, { recursive: true }));
    folder = join(above, 'release');
  });

  test('is made, has sums of all files, and replaces an earlier release without a rest', () => {
    writeRelease(folder, withSums({ 'a/old': 'old', one: '1' }));
    writeRelease(folder, files);

    expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual(['SHA256SUMS', 'b', 'b/two', 'one']);
    expect(readFileSync(join(folder, 'SHA256SUMS'), 'utf8')).toMatch(/^[0-9a-f]{64} {2}b\/two\n[0-9a-f]{64} {2}one\n$/);
    expect(differences(folder, files)).toEqual([]);
  });

  test.each([
    ['a file that no sum lists', (at: string) => writeFileSync(join(at, '.hidden'), '')],
    ['a link', (at: string) => symlinkSync(tmpdir(), join(at, 'link'))],
    ['no sums', (at: string) => rmSync(join(at, 'SHA256SUMS'))],
  ])('is refused with %s in it, and nothing is deleted', (_, change) => {
    writeRelease(folder, files);
    change(folder);

    expect(() => writeRelease(folder, withSums({ new: 'new' }))).toThrow('is no earlier release');
    expect(readFileSync(join(folder, 'one'), 'utf8')).toBe('one');
  });

  test('cannot be below a file, and it is said what to do', () => {
    writeFileSync(folder, '');

    expect(() => writeRelease(folder, files)).toThrow('is a file, and a folder is wanted');
    expect(() => writeRelease(join(folder, 'below'), files)).toThrow(`${folder} is a file, and a folder is wanted`);
  });

  test('differs by each file that is missing, other, or not made', () => {
    writeRelease(folder, files);
    writeFileSync(join(folder, 'one'), 'ONE');
    rmSync(join(folder, 'b/two'));
    mkdirSync(join(folder, 'c'));
    writeFileSync(join(folder, 'c/three'), '');

    expect(differences(folder, files)).toEqual([
      'b/two: it is missing',
      'c/three: this checkout does not make it',
      'one: other bytes',
    ]);
    expect(() => differences(join(folder, 'nothing'), files)).toThrow('has no release in it');
  });
});

test('the bill of materials names each package of a bundle once, with its licence and the hash of the registry', async () => {
  const [name = ''] = bundleNames(await findSources());
  const sbom = JSON.parse(sbomOf(bundleFunction(name), '1.2.3'));

  expect(sbom).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { version: '1.2.3' } },
  });
  expect(sbom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  const purls = sbom.components.map(({ purl }: { purl: string }) => purl);
  expect(purls).toContainEqual(expect.stringMatching(/^pkg:npm\/undici@\d/));
  expect(purls).toContainEqual(expect.stringMatching(/^pkg:npm\/%40aws-sdk\/client-dynamodb@\d/));
  expect(new Set(purls).size).toBe(purls.length);
  expect(sbom.dependencies[0].dependsOn).toEqual(purls);
  for (const component of sbom.components) {
    expect(component.licenses?.[0].expression, component.purl).toMatch(/\S/);
    expect(component.hashes?.[0].content, component.purl).toMatch(/^[0-9a-f]{128}$/);
  }
  expect(sbomOf(bundleFunction(name), '1.2.4')).not.toContain(sbom.serialNumber);
});

describe('the key and the topic', () => {
  const kmsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
  const topicArn = 'arn:aws:sns:eu-west-1:111122223333:alarms';
  const { deployment } = configure({ deployment: { kmsKeyArn, alarms: { topicArn } } });
  const templateWith = (value: unknown): Template => ({ Resources: { One: { Type: 'A', Properties: { value } } } });

  test('become parameters where they stand, for others in the same Region', () => {
    const { Parameters, Resources } = parameterize(templateWith([kmsKeyArn, 'else']), deployment);

    expect(Resources.One?.Properties).toEqual({ value: [{ Ref: 'KmsKeyArn' }, 'else'] });
    expect(Object.keys(Parameters ?? {})).toEqual(['KmsKeyArn']);
    const { Default, AllowedPattern = '' } = Parameters?.KmsKeyArn ?? {};
    expect(Default).toBe(kmsKeyArn);
    expect(kmsKeyArn).toMatch(new RegExp(AllowedPattern));
    expect(kmsKeyArn.replace('eu-west-1', 'eu-west-2')).not.toMatch(new RegExp(AllowedPattern));
  });

  test('are never half replaced', () => {
    expect(() => parameterize(templateWith(`key ${kmsKeyArn}`), deployment)).toThrow('is a part of another text');
  });
});

describe('templates are refused', () => {
  const zips = new Map([['code.zip', '']]);
  const code = { S3Bucket: { Ref: 'CodeBucket' }, S3Key: { 'Fn::Join': ['', [{ Ref: 'CodePrefix' }, 'code.zip']] } };
  const Parameters = { CodeBucket: { Type: 'String' }, CodePrefix: { Type: 'String' } };
  const state: Template = { Resources: { Table: { Type: 'T' } }, Outputs: { Name: { Value: { Ref: 'Table' } } } };
  const forwarding = (Properties: object, more: object = {}): Template => ({
    Parameters,
    Resources: { Function: { Type: 'F', Properties: { Code: code, ...Properties }, ...more } },
  });
  const check = (template: Template) =>
    checkTemplates(
      new Map([
        ['state', state],
        ['forwarding', template],
      ]),
      zips,
    );
  const variable = (name: string) => `\${${name}}`;
  const output = (StackName: string, OutputName: string) => ({ 'Fn::GetStackOutput': { StackName, OutputName } });

  test('unless all that they name is there', () => {
    expect(() =>
      check(
        forwarding({
          a: output('state', 'Name'),
          b: { 'Fn::Sub': ['AWS::Region', '!x', 'CodePrefix'].map(variable).join(' ') },
        }),
      ),
    ).not.toThrow();
  });

  test.each([
    ['a resource', { a: { Ref: 'Nobody' } }, 'Ref of Nobody, which is not there'],
    ['an attribute', { a: { 'Fn::GetAtt': ['Nobody', 'Arn'] } }, 'Fn::GetAtt of Nobody'],
    ['a variable', { a: { 'Fn::Sub': `x ${variable('Nobody.Arn')}` } }, 'Fn::Sub of Nobody'],
    ['an export', { a: { 'Fn::ImportValue': 'x' } }, 'which nothing exports'],
    ['an output', { a: output('state', 'Other') }, 'needs the output Other of state'],
    ['an output of a later stack', { a: output('schedules', 'Name') }, 'needs the output Name of schedules'],
    ['a zip', { Code: { ...code, S3Key: 'other.zip' } }, 'Function has no zip in this release'],
  ])('for %s that is missing', (_, properties, complaint) => {
    expect(() => check(forwarding(properties))).toThrow(complaint);
  });

  test.each([
    ['a dependency', forwarding({}, { DependsOn: ['Nobody'] }), 'depends on Nobody'],
    [
      'a parameter without use',
      { ...state, Parameters: { Idle: { Type: 'String' } } },
      'nothing uses the parameter Idle',
    ],
    ['more than 1 MB', forwarding({ a: 'x'.repeat(1_000_000) }), 'CloudFormation takes 1000000'],
    ['what only the CDK needs', { Resources: { M: { Type: 'AWS::CDK::Metadata' } } }, 'made for the CDK'],
  ])('for %s', (_, template, complaint) => {
    expect(() => check(template as Template)).toThrow(complaint);
  });
});
