import { readdir } from 'node:fs/promises';
import type { FormatId } from '../../functions/core/model.ts';
import type { VendorEndpoint } from '../endpoints/vendor.ts';

/** What the bench knows of a source: the stream that it reads, and the vendor that it is read from. */
export interface BenchSource {
  readonly id: string;
  readonly stream: string;
  /** The path of the API on the bench's server. */
  readonly path: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secret: Readonly<Record<string, string>>;
  readonly endpoint: VendorEndpoint;
  /** Rows of a page. */
  readonly pageRows: number;
  /** Share of the events that a backlog has: all for one source, less for those that are measured beside it. */
  readonly share: number;
  /** The measured formats, each with how many times the processor time of its floor it may take. */
  readonly formats: Partial<Readonly<Record<FormatId, number>>>;
  /** Several requests may be in flight, for parts of its range. */
  readonly isReadInParts?: true;
  /** A connection with many feeds: settings that make them, and the names of their streams. */
  watch?(feeds: number): { readonly settings: Readonly<Record<string, unknown>>; readonly streams: readonly string[] };
}

const FOLDER = new URL('./', import.meta.url);

/** The sources that are measured: the folder is the registry. */
export async function findBenchSources(): Promise<BenchSource[]> {
  const folders = (await readdir(FOLDER, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).sort();
  return await Promise.all(
    names.map(
      async (name) => ((await import(new URL(`${name}/bench.ts`, FOLDER).href)) as { bench: BenchSource }).bench,
    ),
  );
}

/** The file with the floor of a source. */
export function floorOf(id: string): URL {
  return new URL(`${id}/floor.ts`, FOLDER);
}
