import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { onTestFinished } from 'vitest';
import { Account } from './account.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
/** Longer than any of them takes, on a machine that has more to do. */
const PATIENCE_MS = 280_000;

/** What `cdk synth` left behind. */
export interface Synthesised {
  readonly code: number;
  readonly said: string;
  /** The processor's time, which is the same however much else the machine has to do. */
  readonly cpuSeconds: number;
  /** The folder of the assembly. */
  readonly out: string;
  /** By the names of their stacks. */
  readonly templates: ReadonlyMap<string, string>;
  readonly account: Account;
}

/**
 * Runs `cdk synth` as its own process: no account, no home, nothing of this machine's environment but the path, and what is compiled.
 *
 * @param config the content of a configuration somewhere outside of the repository, or the path of one
 * @param validation whether CloudFormation's rules are checked, which takes as long again
 */
export async function synth(config: object | string, validation = true): Promise<Synthesised> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-synth-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [out, home, file] = [join(folder, 'cdk.out'), join(folder, 'home'), join(folder, 'tidemark.json')];
  await mkdir(home);
  if (typeof config !== 'string') await writeFile(file, JSON.stringify(config));
  const path = typeof config === 'string' ? config : file;
  const command = [process.execPath, CDK, 'synth', '--quiet', '--output', out, '-c', `config=${path}`];
  // The shell's `times` says what its children have used.
  const child = spawn('bash', ['-c', '"$@"; code=$?; times; exit $code', 'bash', ...command], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      HOME: home,
      TMPDIR: folder,
      CI: 'true',
      ...(!validation && { CDK_VALIDATION: 'false' }),
    },
    timeout: PATIENCE_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [code] = (await once(child, 'close')) as [number];
  const cpuSeconds = usedSeconds(said);
  const templates = code === 0 ? await readTemplates(out) : new Map<string, string>();
  const account = new Account(new Map([...templates].map(([name, text]) => [name, JSON.parse(text)])));
  return { code, said, cpuSeconds, out, templates, account };
}

/** The last line that `times` has written: `0m11.2s 0m1.9s`, in user code and in the system. */
function usedSeconds(said: string): number {
  const used = said.match(/^\d+m[\d.]+s \d+m[\d.]+s$/gm)?.at(-1) ?? '';
  return used.split(' ').reduce((sum, time) => {
    const [minutes = Number.NaN, seconds = Number.NaN] = time.split(/[ms]/).map(Number);
    return sum + minutes * 60 + seconds;
  }, 0);
}

async function readTemplates(out: string): Promise<ReadonlyMap<string, string>> {
  const { artifacts } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { type: string; properties: { templateFile: string; stackName: string } }>;
  };
  const stacks = Object.values(artifacts).filter(({ type }) => type === 'aws:cloudformation:stack');
  return new Map(
    stacks.map(({ properties: { stackName, templateFile } }) => [
      stackName,
      readFileSync(join(out, templateFile), 'utf8'),
    ]),
  );
}

/** Unpacks a zip of the assembly, as Lambda does. */
export function unpack(out: string, { S3Key: key }: ZipPlace): { folder: string; files: string[] } {
  const folder = join(out, 'unpacked', key);
  const entries = Object.entries(unzipSync(readFileSync(join(out, `asset.${key}`))));
  for (const [name, content] of entries) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return { folder, files: entries.map(([name]) => name) };
}

/** Where a template says that a zip is. */
export interface ZipPlace {
  readonly S3Key: string;
}
