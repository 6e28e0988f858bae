import { open } from 'node:fs/promises';
import { TidemarkError } from '../../functions/core/errors.ts';
import { countOf } from '../views/count-option.ts';
import { print, printJson, tell } from '../views/terminal.ts';
import { findStream } from './find-stream.ts';
import { previewRecord } from './preview-record.ts';
import { readPasted } from './read-pasted.ts';
import { showPreview } from './show-preview.ts';

/** Options of `tidemark preview`. */
export interface PreviewCommandOptions {
  readonly config?: string;
  readonly record: string;
  readonly json: boolean;
}

/** No answer of a vendor is so large. */
const MAX_BYTES = 50 * 1024 * 1024;

/** Shows what becomes of a vendor's record. Resolves to the exit code: 1 if the record cannot be mapped. */
export async function preview(options: PreviewCommandOptions, [name = '', file]: readonly string[]): Promise<number> {
  const record = countOf('--record', options.record);
  const { source, stream, ...found } = await findStream(name, options.config);
  const shown = previewRecord(source, stream, await readText(file), { ...found, record });
  if (options.json) printJson(shown);
  else print(showPreview(shown, name));
  return shown.events.some(({ ecs }) => ecs.event.kind === 'pipeline_error') ? 1 : 0;
}

/** The text of the file, or of stdin. */
async function readText(file: string | undefined): Promise<string> {
  if (file !== undefined && file !== '-') return await readFileText(file);
  if (process.stdin.isTTY) {
    tell('Paste the record (it is not shown), then press Ctrl-D.');
    return await readPasted(process.stdin);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw tooLarge('stdin');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readFileText(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MAX_BYTES) throw tooLarge(file);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    if (thrown instanceof TidemarkError) throw thrown;
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `${file} cannot be read: ${(thrown as Error).message}`,
      remedy: 'Name a file that exists, or give the record on stdin.',
      cause: thrown,
    });
  }
}

function tooLarge(what: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `${what} holds more than ${MAX_BYTES / 1024 / 1024} MB: that is no record.`,
    remedy: 'Give one record, or one answer of the vendor.',
  });
}
