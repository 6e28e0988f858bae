import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { TidemarkError } from '../functions/core/errors.ts';
import { cleanLines } from '../functions/core/events/excerpt.ts';
import { MILLISECOND } from '../functions/core/time.ts';
import { review } from './account/review.ts';
import { codeFromSources, layersInAssembly } from './code/assets.ts';
import { DRAWN_TYPES } from './delivery/drawings.ts';
import { findSources } from './plan/find-sources.ts';
import { readConfig } from './plan/read-config.ts';
import { Tidemark } from './tidemark.ts';

// What `cdk` runs. `-c config=PATH` names another configuration than tidemark.json.

try {
  const app = new App({ analyticsReporting: false });
  review(app);
  const sources = await findSources();
  const root = fileURLToPath(new URL('../', import.meta.url));
  const now = Date.now() * MILLISECOND;
  const { config, name, isExample } = readConfig(app.node.tryGetContext('config'), root, sources, now);
  const refuse = isExample
    ? 'This is the example. Copy tidemark.example.json to tidemark.json, put your accounts in, and synthesize again.'
    : undefined;
  new Tidemark(app, 'Tidemark', {
    config,
    sources,
    destinationTypes: DRAWN_TYPES,
    code: codeFromSources(app.outdir),
    layers: layersInAssembly(app.outdir),
    name,
    refuse,
  });
  app.synth();
} catch (thrown) {
  if (!(thrown instanceof TidemarkError)) throw thrown;
  process.stderr.write(`${cleanLines(`${thrown.message}\n${thrown.remedy}`)}\n`);
  process.exitCode = 1;
}
