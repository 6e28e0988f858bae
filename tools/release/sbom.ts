import { createHash } from 'node:crypto';
import type { FunctionBundle } from '../../lib/code/bundle-function.ts';
import { BUNDLE_FILE } from '../../lib/code/bundle-names.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type InstalledPackage, packagesIn } from '../licences/packages.ts';
import { publishedHash } from './published-hash.ts';

const SPEC = '1.6';

/**
 * The software bill of materials of a function, in the form CycloneDX: the packages of which there is code in it. It has no time and
 * no random number, so that the same code gives the same file: its serial number is made of its content.
 */
export function sbomOf(bundle: FunctionBundle, version: string): string {
  const packages = packagesIn(bundle.metafile);
  const refs = packages.map(purlOf);
  const own = `pkg:generic/tidemark/${bundle.name}@${version}`;
  const content = {
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own,
        name: `tidemark/${bundle.name}`,
        version,
        description: `functions/${bundle.name}.zip, the code of a Lambda function. The hash is that of the zip.`,
        hashes: [{ alg: 'SHA-256', content: sha256(bundle.zip) }],
        licenses: [{ expression: packageJson.license }],
        properties: [{ name: `tidemark:sha256:${BUNDLE_FILE}`, value: sha256(bundle.code) }],
      },
    },
    components: packages.map(componentOf),
    dependencies: [{ ref: own, dependsOn: refs }, ...refs.map((ref) => ({ ref }))],
  };
  const sbom = {
    $schema: `http://cyclonedx.org/schema/bom-${SPEC}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion: SPEC,
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(content))}`,
    ...content,
  };
  return `${JSON.stringify(sbom, undefined, 2)}\n`;
}

function componentOf(bundled: InstalledPackage): object {
  const hash = publishedHash(bundled.name, bundled.version);
  const [name = '', scope] = bundled.name.split('/').toReversed();
  const purl = purlOf(bundled);
  return {
    type: 'library',
    'bom-ref': purl,
    ...(scope !== undefined && { group: scope }),
    name,
    version: bundled.version,
    ...(hash !== undefined && { hashes: [{ alg: 'SHA-512', content: hash }] }),
    ...(bundled.licence !== undefined && { licenses: [{ expression: bundled.licence }] }),
    purl,
  };
}

/** The package URL: in a scope, the sign `@` is written as `%40`. */
function purlOf({ name, version }: InstalledPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** A UUID that is made of a text. Version 8 of RFC 9562 is for those that are made in a way of one's own. */
function uuidOf(text: string): string {
  const hex = sha256(Buffer.from(text));
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
