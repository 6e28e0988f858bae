import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, parseConfig } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { Source } from '../../functions/core/model.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';

/** A connection as it is written: what has its default is left out. */
export interface DraftConnection {
  readonly id: string;
  readonly source: string;
  readonly origin?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A destination as it is written. */
export interface DraftDestination {
  readonly id: string;
  readonly type: string;
  readonly format?: string;
  readonly [setting: string]: unknown;
}

/** What is written, or added to what is there. */
export interface Draft {
  readonly connections: readonly DraftConnection[];
  readonly destinations: readonly DraftDestination[];
}

const SCHEMA = fileURLToPath(new URL('../../tidemark.schema.json', import.meta.url));

/** The text of a configuration with a draft, and the same as the program reads it. */
export function composeConfig(
  file: string,
  draft: Draft,
  before: Readonly<Record<string, unknown>> | undefined,
  sources: readonly Source[],
): { readonly text: string; readonly config: Config } {
  const value = {
    $schema: schemaFrom(file),
    ...before,
    connections: [...listIn(before, 'connections'), ...draft.connections],
    destinations: [...listIn(before, 'destinations'), ...draft.destinations],
  };
  const text = `${JSON.stringify(value, null, 2)}\n`;
  return { text, config: parseConfig(text, file, sources, DESTINATION_TYPES) };
}

/** The path of the schema as an editor finds it from the file. */
function schemaFrom(file: string): string {
  const path = relative(dirname(file), SCHEMA).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

function listIn(before: Readonly<Record<string, unknown>> | undefined, name: string): unknown[] {
  const list = before?.[name] ?? [];
  if (Array.isArray(list)) return list;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `$.${name} of the configuration that is there is no list.`,
    remedy: 'Mend it first: tidemark doctor says what is wrong with it.',
  });
}
