import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { secretsOf } from '../../cli/commands/secret.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { MILLISECOND } from '../../functions/core/time.ts';
import { bundleFunction } from '../../lib/code/bundle-function.ts';
import { bundleNames } from '../../lib/code/bundle-names.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { readConfig } from '../../lib/plan/read-config.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { readRules } from '../content/sigma/read-rules.ts';
import { packedFiles } from '../content/write-content.ts';
import { licenceList } from '../licences/licence-list.ts';
import { bundlePart } from '../licences/parts.ts';
import { changesOf } from './changes.ts';
import { drawTemplates } from './draw-templates.ts';
import { deploymentLines, readMe } from './read-me.ts';
import { type ReleaseFiles, withSums } from './release-folder.ts';
import { sbomOf } from './sbom.ts';
import { templateText } from './template.ts';

const ROOT = join(import.meta.dirname, '../..');
const { version } = packageJson;

/** Builds all files of a release. The same checkout gives the same bytes. @param config the path of a configuration, if one is named */
export async function buildRelease(config: string | undefined): Promise<ReleaseFiles> {
  const sources = await findSources();
  const bundles = bundleNames(sources).map(bundleFunction);
  const content = packedFiles({ sources, rules: readRules(), version });
  const deployment = config === undefined ? { files: {}, lines: '' } : await deploymentOf(config);
  return withSums({
    ...Object.fromEntries(bundles.map(({ name, zip }) => [`functions/${name}.zip`, zip])),
    ...Object.fromEntries(bundles.map((bundle) => [`sbom/${bundle.name}.cdx.json`, sbomOf(bundle, version)])),
    ...Object.fromEntries(Object.entries(content).map(([path, file]) => [`content/${path}`, file])),
    ...filesBelow('content/sigma'),
    LICENSE: read('LICENSE'),
    NOTICE: read('NOTICE'),
    'THIRD-PARTY-LICENCES.txt': licenceList(bundles.map(bundlePart), version),
    'CHANGES.md': changesOf(String(read('CHANGELOG.md')), version),
    ...deployment.files,
    'README.md': readMe(version, deployment.lines),
  });
}

/** The templates of a configuration, the zips that they name, and how they are deployed. */
async function deploymentOf(path: string) {
  if (!existsSync(path)) throw wrongConfig(`${path} is not there.`, 'Name an existing file: --config FILE.');
  const sources = await findSources();
  const { config, name, isExample } = readConfig(path, ROOT, sources, Date.now() * MILLISECOND);
  if (isExample) throw wrongConfig(`${name} is the example.`, 'Copy it, put your accounts in, and name the copy.');
  const drawn = drawTemplates(config, sources, name);
  const files = {
    ...Object.fromEntries(
      [...drawn.templates].map(([stack, one]) => [`templates/${stack}.template.json`, templateText(one)]),
    ),
    ...Object.fromEntries([...drawn.zips].map(([zip, bytes]) => [`deployment/${zip}`, bytes])),
  };
  return { files, lines: deploymentLines({ config, secrets: await secretsOf(config), drawn }) };
}

function wrongConfig(message: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message, remedy });
}

function filesBelow(folder: string): Record<string, Uint8Array> {
  const paths = globSync(`${folder}/**/*`, { cwd: ROOT }).filter((path) => statSync(join(ROOT, path)).isFile());
  return Object.fromEntries(paths.map((path) => [path.replaceAll('\\', '/'), read(path)]));
}

function read(path: string): Buffer {
  return readFileSync(join(ROOT, path));
}
