import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { TidemarkError } from '../../../functions/core/errors.ts';
import { functionOutput } from '../../../lib/account/outputs.ts';
import { BUNDLE_FILE } from '../../../lib/code/bundle-names.ts';

/** What this checkout would deploy. */
export interface Drawn {
  /** The templates by the names of the stacks. */
  readonly templates: ReadonlyMap<string, unknown>;
  /** The SHA-256 of the bundle that the function of a source would have. Undefined if that source is not drawn. */
  codeOf(source: string): Promise<string | undefined>;
  close(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Template {
  readonly Outputs?: Readonly<Record<string, { readonly Value?: { readonly 'Fn::GetAtt'?: readonly string[] } }>>;
  readonly Resources?: Readonly<
    Record<string, { readonly Properties?: { readonly Code?: { readonly S3Key?: string } } }>
  >;
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
      codeOf: async (source) => await hashOfBundle(folder, [...templates.values()], source),
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
    await promisify(execFile)(process.execPath, ['lib/app.ts'], {
      cwd: ROOT,
      env: { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(chosen) },
      maxBuffer: 64_000_000,
    });
  } catch (thrown) {
    const { stderr = '', message } = thrown as Error & { stderr?: string };
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `This checkout cannot be drawn: ${stderr.trim().split('\n').slice(-3).join(' ') || message}`,
      remedy: 'Run npx cdk synth: it says all of it.',
      cause: thrown,
    });
  }
}

async function hashOfBundle(
  folder: string,
  templates: readonly Template[],
  source: string,
): Promise<string | undefined> {
  for (const { Outputs = {}, Resources = {} } of templates) {
    const [id = ''] = Outputs[functionOutput(source)]?.Value?.['Fn::GetAtt'] ?? [];
    const key = Resources[id]?.Properties?.Code?.S3Key;
    if (key === undefined) continue;
    const { [BUNDLE_FILE]: bundle = '' } = unzipSync(await readFile(join(folder, `asset.${key}`)));
    return createHash('sha256').update(bundle).digest('hex');
  }
  return undefined;
}
