import { dirname, resolve } from 'node:path';
import { type Stack, Stage } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import cdk from '../../cdk.json' with { type: 'json' };
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { MILLISECOND } from '../../functions/core/time.ts';
import { layersInAssembly } from '../code/assets.ts';
import { codeFromPackage } from '../code/code-from-package.ts';
import { DRAWN_TYPES } from '../delivery/drawings.ts';
import { readConfigText, readText } from '../plan/read-config.ts';
import { drawTidemark } from '../tidemark.ts';
import { SOURCES } from './sources.ts';

// What `import … from 'tidemark/cdk'` gives: this file and nothing else. Its types name no file of the project, since the package
// has the declarations of this file only.

const USUAL = 'tidemark.json';

/** What a tidemark.json holds. tidemark.schema.json of the package describes every setting. */
export interface TidemarkConfig {
  readonly $schema?: string;
  /** The accounts whose audit logs are forwarded. */
  readonly connections: readonly Readonly<Record<string, unknown>>[];
  /** The destinations. Each event is delivered to all of them. */
  readonly destinations: readonly Readonly<Record<string, unknown>>[];
  /** The settings of the deployment. */
  readonly deployment?: Readonly<Record<string, unknown>>;
}

export interface TidemarkProps {
  /** The path of a tidemark.json, from the working folder, or what such a file holds. */
  readonly config: string | TidemarkConfig;
}

/** Tidemark in one account: its stacks, as the configuration says. */
export class Tidemark extends Construct {
  /** What stays when the rest is taken away: the table, and what is kept of events. */
  readonly state: Stack;
  /** The functions, the delivery streams, the archive and the alarms. */
  readonly forwarding: Stack;
  /** The schedules that start the functions, in as many stacks as the configuration has shards. */
  readonly schedules: readonly Stack[];

  /** @throws an error that says what is wrong in the configuration, where, and what to do */
  constructor(scope: Construct, id: string, { config }: TidemarkProps) {
    super(scope, id);
    const { name, checked } = typeof config === 'string' ? checkFile(config) : checkValue(config);
    // The templates are those that are tested, whatever the app's own flags are.
    for (const [flag, value] of Object.entries(cdk.context)) this.node.setContext(flag, value);
    const outdir = assemblyOf(this);
    const { state, forwarding, schedules } = drawTidemark(this, {
      config: checked,
      sources: SOURCES,
      destinationTypes: DRAWN_TYPES,
      code: codeFromPackage(outdir),
      layers: layersInAssembly(outdir),
      name,
    });
    this.state = state;
    this.forwarding = forwarding;
    this.schedules = schedules;
  }
}

/**
 * Reads and checks a tidemark.json, to change it before it is drawn.
 *
 * @param file its path, from the working folder
 * @throws an error that says what is wrong, where, and what to do
 */
export function readConfig(file: string = USUAL): TidemarkConfig {
  const { text, checked } = checkFile(file);
  const value = JSON.parse(text.replace(/^\uFEFF/, '')) as TidemarkConfig;
  const { caBundle } = checked.deployment;
  // Paths in a file start from where the file is, those in a value from the working folder.
  return caBundle === undefined ? value : { ...value, deployment: { ...value.deployment, caBundle } };
}

interface Checked {
  readonly name: string;
  readonly text: string;
  readonly checked: Config;
}

function checkFile(file: string): Checked {
  const path = resolve(file);
  return check(readText(path, file, 'Name an existing file.'), file, dirname(path));
}

function checkValue(config: TidemarkConfig): Checked {
  return check(toJson(config), 'The configuration', resolve());
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (thrown) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `The configuration is not JSON: ${(thrown as Error).message}`,
      remedy: 'Give what a tidemark.json can hold: objects, lists, texts, numbers, true and false.',
      cause: thrown,
    });
  }
}

/** The folder of the assembly that a construct belongs to. */
function assemblyOf(construct: Construct): string {
  const stage = Stage.of(construct);
  if (stage) return stage.outdir;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: 'Tidemark is in no app.',
    remedy: "Put it into an App, or a Stage of one: new Tidemark(new App(), 'Tidemark', { config }).",
  });
}

function check(text: string, name: string, folder: string): Checked {
  const now = Date.now() * MILLISECOND;
  return { name, text, checked: readConfigText(text, { name, folder, sources: SOURCES, now }) };
}
