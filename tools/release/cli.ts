import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TidemarkError } from '../../functions/core/errors.ts';
import { clean } from '../../functions/core/events/excerpt.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { buildRelease } from './build-release.ts';
import { differences, type ReleaseFiles, SUMS, writeRelease } from './release-folder.ts';

const USAGE = `npm run release -- --out DIR [--config FILE]      writes a release
npm run release -- --check DIR [--config FILE]    builds it again, and compares`;
/** Exit code for wrong use. */
const WRONG_USE = 2;

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (thrown) {
  const known = thrown instanceof TidemarkError || (thrown as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  const message = known ? (thrown as Error).message : ((thrown as Error).stack ?? String(thrown));
  process.stderr.write(`release: ${message.split('\n').map(clean).join('\n')}\n`);
  process.stderr.write(thrown instanceof TidemarkError ? `${thrown.remedy}\n` : known ? `${USAGE}\n` : '');
  process.exitCode = known ? WRONG_USE : 1;
}

async function run(args: string[]): Promise<number> {
  const { out, check, config } = parseArgs({
    args,
    options: { out: { type: 'string' }, check: { type: 'string' }, config: { type: 'string' } },
  }).values;
  if (!out === !check) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: 'One of --out and --check is wanted.',
      remedy: USAGE,
    });
  }
  const files = await buildRelease(config);
  process.stdout.write(`Tidemark ${packageJson.version}, ${commit()}\n`);
  if (check) return say(differences(check, files), check);
  writeRelease(out ?? '', files);
  process.stdout.write(listOf(files, out ?? ''));
  return 0;
}

function say(found: readonly string[], folder: string): number {
  const text = found.length === 0 ? `${folder} is what this checkout makes, byte for byte.` : found.join('\n');
  process.stdout.write(`${text}\n`);
  return found.length === 0 ? 0 : 1;
}

/** One line for each folder and for each file beside them. */
function listOf(files: ReleaseFiles, out: string): string {
  const groups = Object.entries(Object.groupBy(Object.keys(files), (path) => /^[^/]*\//.exec(path)?.[0] ?? ''));
  const lines = groups.flatMap(([folder, paths = []]) =>
    folder === '' ? paths.map((path) => join(out, path)) : [`${join(out, folder)}  ${paths.length} files`],
  );
  return `${lines.join('\n')}\nTo check it: cd ${out} && sha256sum -c ${SUMS}\n`;
}

/** The commit that is built, and whether something else is in the working tree. */
function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    const changed = git('status', '--porcelain') !== '';
    return `built from ${git('rev-parse', 'HEAD')}${changed ? ' AND CHANGES THAT ARE NOT COMMITTED' : ''}`;
  } catch {
    return 'built from files that are in no git repository';
  }
}
