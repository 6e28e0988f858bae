import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { TidemarkError } from '../../functions/core/errors.ts';
import { clean } from '../../functions/core/events/excerpt.ts';
import { escapeUnsafe } from './terminal.ts';

/** Where events go, one a line. */
export interface EventOutput {
  write(line: string): void;
  /** Resolves when the reader has room for more. */
  room(): Promise<void>;
  /** Resolves when everything has been written. */
  end(): Promise<void>;
  /** Aborts when nobody reads any more, as after `| head -1`. */
  readonly closed: AbortSignal;
}

/** Nobody but the owner may read events. */
const PRIVATE_FILE = 0o600;

/**
 * Writes events to a file exactly as they are, or to stdout. What is on stdout may end on a terminal: there JSON has escapes for
 * all that a terminal obeys, which is the same JSON, and any other text has spaces.
 */
export async function openOutput(file: string | undefined): Promise<EventOutput> {
  if (file === undefined)
    return outputTo(process.stdout, { name: 'stdout', form: safeLine, finish: async () => undefined });
  const stream = createWriteStream(file, { mode: PRIVATE_FILE });
  const name = `--out ${file}`;
  await once(stream, 'open').catch((thrown: NodeJS.ErrnoException) => {
    throw unwritable(name, thrown, 'Name a file in a folder that exists and that you may write.');
  });
  const finish = async () => {
    stream.end();
    await happens(stream, 'close');
  };
  return outputTo(stream, { name, form: (line) => line, finish });
}

/** How an output is written. */
interface Writing {
  readonly name: string;
  form(line: string): string;
  finish(): Promise<void>;
}

function outputTo(stream: Writable, { name, form, finish }: Writing): EventOutput {
  const closing = new AbortController();
  let problem: TidemarkError | undefined;
  stream.on('error', (thrown: NodeJS.ErrnoException) => {
    // A reader that has seen enough closes the pipe: that is no failure.
    if (thrown.code !== 'EPIPE') problem = unwritable(name, thrown, 'Make room, or write to another place.');
    closing.abort();
  });
  const settled = async () => {
    if (!closing.signal.aborted && stream.writableNeedDrain) {
      const gone = new Promise<void>((resolve) =>
        closing.signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      await Promise.race([happens(stream, 'drain'), gone]);
    }
    if (problem) throw problem;
  };
  return {
    write: (line) => {
      if (!closing.signal.aborted) stream.write(`${form(line)}\n`);
    },
    room: settled,
    async end() {
      await settled();
      if (!closing.signal.aborted) await finish();
      if (problem) throw problem;
    },
    closed: closing.signal,
  };
}

/** Waits for something, or for an error, of which note is taken elsewhere. */
async function happens(stream: Writable, name: 'drain' | 'close'): Promise<void> {
  await once(stream, name).catch(() => undefined);
}

function unwritable(name: string, thrown: NodeJS.ErrnoException, remedy: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'saving',
    message: `${name} cannot be written: ${thrown.message}`,
    remedy,
    cause: thrown,
  });
}

function safeLine(line: string): string {
  return /^\s*[[{]/.test(line) ? escapeUnsafe(line) : clean(line);
}
