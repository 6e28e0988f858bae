import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionBundle } from '../../lib/code/bundle-function.ts';
import { type BundledPackage, bundledPackages } from './bundled-packages.ts';

const ROOT = join(import.meta.dirname, '../..');
const RULE = '-'.repeat(80);

/** The licences of all packages of which there is code in one of the bundles, with their texts. */
export function thirdPartyLicences(bundles: readonly FunctionBundle[]): string {
  const all = bundles.flatMap(({ name, metafile }) => bundledPackages(metafile).map((one) => ({ one, name })));
  const byFolder = [...Map.groupBy(all, ({ one }) => one.folder)].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const parts = byFolder.map(([, uses]) => {
    const [{ one } = { one: undefined }] = uses;
    return one
      ? entryOf(
          one,
          uses.map(({ name }) => name),
        )
      : '';
  });
  return `The functions of Tidemark contain code of these packages.\n\n${parts.join('')}`;
}

function entryOf(one: BundledPackage, bundles: readonly string[]): string {
  return `${RULE}\n${one.name} ${one.version}: ${one.licence ?? 'no licence stated'}\nin ${bundles.join(', ')}\n\n${textOf(one)}\n`;
}

function textOf({ folder }: BundledPackage): string {
  const file = readdirSync(join(ROOT, folder)).find((name) => /^(licen[cs]e|copying)/i.test(name));
  if (file === undefined) return 'The package has no file with the text of its licence.\n';
  return `${readFileSync(join(ROOT, folder, file), 'utf8')
    .replaceAll('\r\n', '\n')
    .trim()}\n`;
}
