import { describe, expect, test } from 'vitest';
import { findSources } from '../../lib/plan/find-sources.ts';
import { sharedFiles, vendorWords, vendorWordsIn, vendorWordsOf } from '../../tools/new-source/vendor-words.ts';
import { offeredBy } from '../sources/offered.ts';

// What is special about a vendor stands in that vendor's own folders: one who adds or removes a vendor looks nowhere else.

const words = new Set<string>();
for (const source of await findSources()) {
  // Some names of vendors are words that everybody uses. They are declared, because nobody can tell whom they mean.
  const declared = await offeredBy<{ readonly ordinary: readonly string[] }>(source.id, 'words.ts');
  for (const word of vendorWords([source])) if (!declared?.ordinary.includes(word)) words.add(word);
}

test.each(sharedFiles())('%s names no vendor', (path) => {
  expect(
    vendorWordsOf(path, words),
    'Move what is about this vendor into its folders. If others use the word, too: declare it in test/sources/<vendor>/words.ts.',
  ).toEqual([]);
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
