import { open } from 'node:fs/promises';
import { feedsOf } from '../../functions/core/config/connection.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { Source } from '../../functions/core/model.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { readConfig } from '../../local/configuration.ts';
import { closest } from '../feeds/closest.ts';
import { previewRecord } from '../preview/preview-record.ts';
import { readPasted } from '../preview/read-pasted.ts';
import { showPreview } from '../preview/show-preview.ts';
import { countOf } from '../views/count-option.ts';
import { print, printJson, tell } from '../views/terminal.ts';

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
  const { source, stream, connection } = await find(name, options.config);
  const shown = previewRecord(source, stream, await readText(file), { connection, record });
  if (options.json) printJson(shown);
  else print(showPreview(shown, name));
  return shown.events.some(({ ecs }) => ecs.event.kind === 'pipeline_error') ? 1 : 0;
}

/** The stream of a name: SOURCE/STREAM, or SOURCE/STREAM/CONNECTION with that connection's settings. */
async function find(name: string, file: string | undefined) {
  const sources = await findSources();
  const [sourceId = '', stream = '', connectionId] = name.split('/');
  const source = sources.find(({ id }) => id === sourceId);
  if (!source || (connectionId === undefined && !source.streams.some((one) => one.name === stream))) {
    throw noStream(name, streamNames(sources));
  }
  if (connectionId === undefined) return { source, stream, connection: undefined };
  const connections = (await readConfig(file, sources))?.connections ?? [];
  const connection = connections.find(({ id, source: its }) => id === connectionId && its === sourceId);
  if (!connection) {
    throw noStream(
      name,
      connections.flatMap((one) => namesOf(sources, one)),
    );
  }
  return { source, stream, connection };
}

function streamNames(sources: readonly Source[]): string[] {
  return sources.flatMap(({ id, streams }) => streams.map((one) => `${id}/${one.name}`));
}

function namesOf(sources: readonly Source[], connection: Parameters<typeof feedsOf>[1]): string[] {
  const source = sources.find(({ id }) => id === connection.source);
  return source ? feedsOf(source, connection).map((feed) => feed.name) : [];
}

function noStream(name: string, names: readonly string[]): TidemarkError {
  const near = closest(name, names).join(', ');
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `There is no stream ${JSON.stringify(name)}.`,
    remedy:
      near === ''
        ? 'Name it SOURCE/STREAM, without a connection: there is no configuration with connections.'
        : `A stream is SOURCE/STREAM. The closest ones are: ${near}.`,
  });
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
