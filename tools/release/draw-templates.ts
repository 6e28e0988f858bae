import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, BootstraplessSynthesizer, type IReusableStackSynthesizer } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import type { Source } from '../../functions/core/model.ts';
import { MADE_BY_RELEASE } from '../../lib/account/outputs.ts';
import { review } from '../../lib/account/review.ts';
import { bundleFunction } from '../../lib/code/bundle-function.ts';
import { layerZip } from '../../lib/code/layer-zip.ts';
import { DRAWN_TYPES } from '../../lib/delivery/drawings.ts';
import { drawTidemark } from '../../lib/tidemark.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { BucketCode } from './bucket-code.ts';
import { checkTemplates } from './check-templates.ts';
import { parameterize } from './parameters.ts';
import type { Template } from './template.ts';

const { version } = packageJson;
/** Digits of the hash in the name of a zip. CloudFormation updates a function only if the key of its zip changes. */
const DIGITS = 12;

/** What is deployed for a configuration, without the CDK’s command. */
export interface DrawnDeployment {
  /** The templates by the names of the stacks, in the order in which they are made. */
  readonly templates: ReadonlyMap<string, Template>;
  /** The zips that they name, by their names in the bucket below the prefix. */
  readonly zips: ReadonlyMap<string, Uint8Array>;
}

/** Draws a configuration. @param name the configuration’s name in error messages */
export function drawTemplates(config: Config, sources: readonly Source[], name: string): DrawnDeployment {
  const { context } = JSON.parse(readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8')) as {
    readonly context: Record<string, unknown>;
  };
  const zips = new Map<string, Uint8Array>();
  const inBucket = (label: string, zip: Uint8Array) => {
    const file = `${label}-${createHash('sha256').update(zip).digest('hex').slice(0, DIGITS)}.zip`;
    zips.set(file, zip);
    return new BucketCode(file);
  };
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-release-'));
  try {
    const app = new App({
      context,
      outdir: folder,
      analyticsReporting: false,
      // Nothing of a bootstrapped account is needed: no role, no bucket, no parameter.
      defaultStackSynthesizer: new BootstraplessSynthesizer() as IReusableStackSynthesizer,
    });
    review(app);
    const { state, forwarding, schedules } = drawTidemark(new Construct(app, 'Tidemark'), {
      config,
      sources,
      destinationTypes: DRAWN_TYPES,
      code: (bundle) => inBucket(bundle, bundleFunction(bundle).zip),
      layers: (bundle, files) => inBucket(`${bundle}-files`, layerZip(files)),
      name,
    });
    const assembly = app.synth();
    const drawn = [state, forwarding, ...schedules].map(({ stackName }) => {
      const template = assembly.getStackByName(stackName).template as Template;
      return [
        stackName,
        { ...parameterize(template, config.deployment), Metadata: { [MADE_BY_RELEASE]: version } },
      ] as const;
    });
    const templates = new Map(drawn);
    checkTemplates(templates, zips);
    return { templates, zips };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
