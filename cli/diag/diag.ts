import { writeFile } from 'node:fs/promises';
import { TidemarkError } from '../../functions/core/errors.ts';
import { print, printJson } from '../views/terminal.ts';
import { collect, type DiagOptions, knownSecrets } from './collect.ts';

export type DiagCommandOptions = Omit<DiagOptions, 'out'> & { readonly out?: string };

/** Shorter texts also occur by chance. */
const SHORTEST_SECRET = 8;

/** Writes one file for a bug report, and says what is in it. Resolves to the exit code. */
export async function diag({ out, ...options }: DiagCommandOptions): Promise<number> {
  const report = await collect(options);
  const text = `${JSON.stringify(report, null, 2)}\n`;
  refuseSecrets(text, await knownSecrets(options));
  const file = out ?? `tidemark-diag-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}Z.json`;
  await write(file, text);
  if (options.json) printJson({ ok: true, file, parts: Object.keys(report) });
  else print(sayWritten(file, text, partsOf(report, options)));
  return 0;
}

/** What a reader gets: doctor has found something only if it was asked. */
function partsOf(report: object, { withDoctor }: DiagCommandOptions): string[] {
  return Object.keys(report).filter((part) => part !== 'note' && part !== 'made' && (part !== 'doctor' || withDoctor));
}

function sayWritten(file: string, text: string, parts: readonly string[]): string {
  return [
    `${file} is written: ${Math.ceil(Buffer.byteLength(text) / 1_000)} KB of JSON, readable by you only.`,
    `In it: ${parts.join(', ')}.`,
    'Not in it: secrets (only their names), events, and messages, which may quote what a vendor answered.',
    'It names your connections, origins and settings: look through it before you pass it on.',
  ].join('\n');
}

/** A report is made of what is allowed in it. This finds out if that was not enough. */
function refuseSecrets(text: string, secrets: readonly string[]): void {
  const found = secrets.some(
    (secret) => secret.length >= SHORTEST_SECRET && text.includes(JSON.stringify(secret).slice(1, -1)),
  );
  if (!found) return;
  throw new TidemarkError({
    code: 'internal',
    stage: 'processing',
    message: 'Nothing is written: a secret would be in the report, as a name or a setting.',
    remedy: 'Look for a value of the secrets file in tidemark.json, and take it out there.',
  });
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: code === 'EEXIST' ? `${file} is there already.` : `${file} cannot be written: ${message}`,
      remedy: 'Name another file with --out.',
      cause: thrown,
    });
  }
}
