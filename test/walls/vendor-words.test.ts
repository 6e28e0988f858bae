import { describe, expect, test } from 'vitest';
import { findSources } from '../../lib/plan/find-sources.ts';
import { filesBelow, textOf } from './tree.ts';
import { vendorWords, vendorWordsIn } from '../../tools/new-source/vendor-words.ts';

// What is special about a vendor stands in that vendor's own folders: one who adds or removes a vendor looks nowhere else.

const OF_A_VENDOR = /^(functions|test|bench)\/sources\/[^/]+\//;

const words = vendorWords(await findSources());
const shared = filesBelow('functions', 'lib', 'cli', 'local', 'bench', 'test').filter(
  (path) => !OF_A_VENDOR.test(path),
);

/** Names that a standard gives to something, whatever a vendor is called: they mean no vendor. */
const STANDARD_NAMES = /\bframe-ancestors\b/g;

test.each(shared)('%s names no vendor', (path) => {
  const text = textOf(path).replace(STANDARD_NAMES, '');
  expect(vendorWordsIn(`${path}\n${text}`, words)).toEqual([]);
});

describe('the words of a vendor', () => {
  const acme = {
    id: 'acme',
    title: 'Acme Hub',
    vendor: 'Umbrella Corp',
    origin: 'https://api.console.acme-cloud.com/v1',
  };

  test('are its id, and those of its title, its company and its domain', () => {
    expect([...vendorWords([acme])].sort()).toEqual(['acme', 'cloud', 'corp', 'hub', 'umbrella']);
  });

  test.each([
    ['in a text', 'As Acme does it.', ['Acme']],
    ['in a path', 'simulators/acme/simulator.ts', ['acme']],
    [
      'as a part of names',
      'startAcme AcmeOptions ACME_ID acme-id acme2',
      ['startAcme', 'AcmeOptions', 'ACME', 'acme', 'acme2'],
    ],
    ['with capitals of its own', 'AcMe UmbreLla', ['AcMe', 'UmbreLla']],
    ['not inside of other words', 'previous review reverse pacme acmes corps', []],
  ])('are found %s', (_, text, found) => {
    expect(vendorWordsIn(text, vendorWords([acme]))).toEqual(found);
  });
});
