import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { TidemarkError } from '../functions/core/errors.ts';
import { cleanLines } from '../functions/core/events/excerpt.ts';
import { MILLISECOND } from '../functions/core/time.ts';
import { layersInAssembly } from './code/assets.ts';
import type { FunctionCode } from './code/function-code.ts';
import { DRAWN_TYPES } from './delivery/drawings.ts';
import { findSources } from './plan/find-sources.ts';
import { readConfig } from './plan/read-config.ts';
import { drawTidemark } from './tidemark.ts';

export interface AppChoices {
  /** Where the functions' code comes from, given the folder of the assembly. */
  readonly code: (folder: string) => FunctionCode;
  /** Adds the reviews that run at every synth. */
  readonly review?: (app: App) => void;
}

/** Draws the app of a tidemark.json. `-c config=PATH` names another configuration. */
export async function drawApp({ code, review }: AppChoices): Promise<void> {
  try {
    const app = new App({ analyticsReporting: false });
    review?.(app);
    const sources = await findSources();
    const root = fileURLToPath(new URL('../', import.meta.url));
    const now = Date.now() * MILLISECOND;
    const { config, name, isExample } = readConfig(app.node.tryGetContext('config'), root, sources, now);
    const refuse = isExample
      ? 'This is the example. Copy tidemark.example.json to tidemark.json, put your accounts in, and synthesize again.'
      : undefined;
    drawTidemark(new Construct(app, 'Tidemark'), {
      config,
      sources,
      destinationTypes: DRAWN_TYPES,
      code: code(app.outdir),
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
}
