import type { InstalledPackage } from './packages.ts';
import { isPermissive } from './permissive.ts';

/** Something that reaches others, with the packages that are in it. */
export interface Part {
  /** As in "the bundle of frame". */
  readonly title: string;
  readonly packages: readonly InstalledPackage[];
}

/** Says of each package that may not be in a part why, and what to do. Empty if all is well. */
export function refusedPackages({ title, packages }: Part): string[] {
  const refused = packages.filter(({ licence }) => licence === undefined || !isPermissive(licence));
  return refused.map(
    ({ name, version, licence }) =>
      `${title}: ${name} ${version} ${licence === undefined ? 'names no licence' : `has the licence ${licence}, which is not known as permissive`}. ` +
      'Use another package or version, or keep it out of there. A permissive licence that is missing in tools/licences/permissive.ts is added there.',
  );
}

/** A text file with the packages of each part, and the licence texts of all, each text once. */
export function licenceList(parts: readonly Part[], version: string): string {
  const byText = new Map<string, Set<string>>();
  for (const each of parts.flatMap(({ packages }) => packages)) {
    const texts =
      each.texts.length > 0 ? each.texts : [`(The package has no file with its licence, ${licenceOf(each)}.)`];
    for (const text of texts.map(tidy)) byText.set(text, (byText.get(text) ?? new Set()).add(titleOf(each)));
  }
  return [
    `Licences of what others wrote, in Tidemark ${version}`,
    'Tidemark itself is licensed under the Apache License 2.0 (LICENSE, NOTICE).',
    ...parts.map(({ title, packages }) =>
      [underlined(title), ...packages.map((each) => `${titleOf(each)}, ${licenceOf(each)}`)].join('\n'),
    ),
    ...[...byText].map(([text, titles]) => [underlined([...titles].join('\n')), text].join('\n')),
    '',
  ].join('\n\n');
}

function titleOf({ name, version }: InstalledPackage): string {
  return `${name} ${version}`;
}

function licenceOf({ licence }: InstalledPackage): string {
  return licence ?? 'which licence is not known';
}

function underlined(title: string): string {
  return `${title}\n${'-'.repeat(Math.max(...title.split('\n').map(({ length }) => length)))}`;
}

/** Equal texts are equal also with other line ends and spaces around them. */
function tidy(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\S\n]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}
