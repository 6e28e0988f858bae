import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { complaintsAboutTag } from '../../tools/release/tag.ts';

const CHANGELOG = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');

describe('a tag', () => {
  const log = '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.2.0 - 2026-12-24\n\n- Two.\n\n## 0.1.0 - not released\n';

  test('is released when package.json and the changelog say the same', () => {
    expect(complaintsAboutTag('v0.2.0', { version: '0.2.0' }, log)).toEqual([]);
  });

  test.each([
    ['of another version', 'v0.3.0', '0.2.0', 'the tag has to be v0.2.0'],
    ['without its letter', '0.2.0', '0.2.0', 'the tag has to be v0.2.0'],
    ['of a version without a date', 'v0.1.0', '0.1.0', '"## 0.1.0 - <date>"'],
    ['of a version without a heading', 'v0.2.1', '0.2.1', '"## 0.2.1 - <date>"'],
    ['of a version that only looks alike', 'v0+2.0', '0+2.0', '"## 0+2.0 - <date>"'],
  ])('%s is refused', (_, tag, version, complaint) => {
    expect(complaintsAboutTag(tag, { version }, log).join('\n')).toContain(complaint);
  });

  test('of a package that npm would refuse is refused first', () => {
    expect(complaintsAboutTag('v0.2.0', { version: '0.2.0', private: true }, log).join('\n')).toContain('"private"');
  });
});

test('the headings of the changelog are versions with their day, below what is not released', () => {
  const headings = [...CHANGELOG.matchAll(/^## .*$/gm)].map(([heading]) => heading);
  const versions = headings.filter((each) => each !== '## Unreleased');

  expect(versions.length).toBeGreaterThan(0);
  expect(versions.filter((each) => !/^## \d+\.\d+\.\d+ - (?:\d{4}-\d{2}-\d{2}|not released)$/.test(each))).toEqual([]);
  expect(headings.lastIndexOf('## Unreleased')).toBeLessThanOrEqual(0);
});
