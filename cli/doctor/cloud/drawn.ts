import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { TidemarkError } from '../../../functions/core/errors.ts';
import { functionOutput } from '../../../lib/account/outputs.ts';
import { BUNDLE_FILE } from '../../../lib/code/bundle-names.ts';
import type { FunctionFiles } from './cloud.ts';

/** What this checkout would deploy. */
export interface Drawn {
  /** The templates by the names of the stacks. */
  readonly templates: ReadonlyMap<string, unknown>;
  /** The SHA-256 of the bundle that the function of a source would have. Undefined if that source is not drawn. */
  codeOf(source: string): Promise<string | undefined>;
  /** The zips of its code and its layers. */
  filesOf(source: string): Promise<FunctionFiles | undefined>;
  close(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The app that draws: that of a clone, or of the npm package. */
const APP = extname(import.meta.filename) === '.ts' ? 'lib/app.ts' : 'lib/api/app.js';

interface Template {
  readonly Outputs?: Readonly<Record<string, { readonly Value?: { readonly 'Fn::GetAtt'?: readonly string[] } }>>;
  readonly Resources?: Readonly<Record<string, { readonly Properties?: Properties }>>;
}

/** What is read here of a function and a layer. */
interface Properties {
  readonly Code?: Zip;
  readonly Layers?: readonly { readonly Ref: string }[];
  readonly Content?: Zip;
}

interface Zip {
  readonly S3Key: string;
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<
      string,
      { readonly type: string; readonly properties?: { readonly templateFile?: string; readonly stackName?: string } }
    >
  >;
}

/** Draws what this checkout would deploy, as `cdk synth` does. @param config the path of the configuration, if one is named */
export async function draw(config: string | undefined): Promise<Drawn> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-drawn-'));
  try {
    await synthesize(folder, config);
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
    const stacks = Object.values(manifest.artifacts).filter(({ type }) => type === 'aws:cloudformation:stack');
    const templates = new Map(
      await Promise.all(
        stacks.map(async ({ properties: { stackName = '', templateFile = '' } = {} }) => {
          return [stackName, JSON.parse(await readFile(join(folder, templateFile), 'utf8')) as Template] as const;
        }),
      ),
    );
    return {
      templates,
      codeOf: async (source) => {
        const [code] = zipsOf([...templates.values()], source) ?? [];
        return code && (await hashOfBundle(folder, code));
      },
      filesOf: async (source) => {
        const zips = zipsOf([...templates.values()], source);
        if (!zips) return undefined;
        const [code = '', ...layers] = await Promise.all(zips.map(async (zip) => sha256(await readZip(folder, zip))));
        return { code, layers };
      },
      close: () => rm(folder, { recursive: true, force: true }),
    };
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}

async function synthesize(folder: string, config: string | undefined): Promise<void> {
  const { context } = JSON.parse(await readFile(join(ROOT, 'cdk.json'), 'utf8')) as { context: object };
  const chosen = { ...context, config: resolve(config ?? 'tidemark.json') };
  try {
    await promisify(execFile)(process.execPath, [APP], {
      cwd: ROOT,
      env: { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(chosen) },
      maxBuffer: 64_000_000,
    });
  } catch (thrown) {
    const { stderr = '', message } = thrown as Error & { stderr?: string };
    const missing = MISSING.exec(stderr)?.[1];
    if (missing !== undefined) throw notInstalled(missing);
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `This checkout cannot be drawn: ${stderr.trim().split('\n').slice(-3).join(' ') || message}`,
      remedy: 'Run npx cdk synth: it says all of it.',
      cause: thrown,
    });
  }
}

/** What Node says of a package that is not there. */
const MISSING = /Cannot find package '(aws-cdk-lib|constructs)'/;

function notInstalled(name: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `What would be deployed cannot be drawn: ${name} is not installed.`,
    remedy: 'Install it where tidemark is: npm install aws-cdk-lib constructs.',
  });
}

/** The zip of the code of a source’s function, and those of its layers. */
function zipsOf(templates: readonly Template[], source: string): [Zip, ...Zip[]] | undefined {
  for (const { Outputs = {}, Resources = {} } of templates) {
    const [id = ''] = Outputs[functionOutput(source)]?.Value?.['Fn::GetAtt'] ?? [];
    const { Code, Layers = [] } = Resources[id]?.Properties ?? {};
    if (Code) return [Code, ...Layers.flatMap(({ Ref }) => Resources[Ref]?.Properties?.Content ?? [])];
  }
  return undefined;
}

async function hashOfBundle(folder: string, zip: Zip): Promise<string> {
  const { [BUNDLE_FILE]: bundle = new Uint8Array() } = unzipSync(await readZip(folder, zip));
  return sha256(bundle);
}

async function readZip(folder: string, { S3Key }: Zip): Promise<Uint8Array> {
  return await readFile(join(folder, `asset.${S3Key}`));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
