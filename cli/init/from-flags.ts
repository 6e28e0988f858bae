import { destinationSchema } from '../../functions/core/config/destination.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { Source } from '../../functions/core/model.ts';
import { DESTINATION_TYPES, SIMPLEST_TYPE } from '../../functions/destinations/destination-types.ts';
import type { Draft, DraftConnection, DraftDestination } from './draft.ts';
import { readValue } from './fields.ts';
import { USUAL_CONNECTION } from './usual.ts';

/** The options that stand for answers. */
export interface DraftFlags {
  readonly source?: string;
  readonly connection?: string;
  readonly origin?: string;
  readonly setting?: readonly string[];
  readonly destination?: string;
  readonly destinationId?: string;
  readonly format?: string;
  readonly destinationSetting?: readonly string[];
}

/** Whether any of them is given. */
export function hasAnswers(flags: DraftFlags): boolean {
  return [flags.source, flags.destination, flags.connection, flags.setting].some((value) => value !== undefined);
}

/** @param adds whether something is there already: then a connection or a destination alone is enough */
export function draftOf(flags: DraftFlags, sources: readonly Source[], adds: boolean): Draft {
  const connections = flags.source === undefined ? [] : [connectionOf(flags, sources)];
  if (connections.length === 0 && !adds) throw noSource(sources);
  const wantsDestination = flags.destination !== undefined || !adds;
  return { connections, destinations: wantsDestination ? [destinationOf(flags)] : [] };
}

function connectionOf(flags: DraftFlags, sources: readonly Source[]): DraftConnection {
  const source = sources.find(({ id }) => id === flags.source);
  if (!source) throw unknown('--source', flags.source, sources);
  const { origin } = flags;
  if (source.origin === undefined && origin === undefined) {
    throw wrong(
      `${source.title} has a host for each account, and no --origin is given.`,
      'Name it, such as --origin https://acme.example.com.',
    );
  }
  const settings = readPairs('--setting', flags.setting, (name, text) => readValue(source.settings, name, text));
  return {
    id: flags.connection ?? USUAL_CONNECTION,
    source: source.id,
    ...(origin !== undefined && { origin }),
    ...(Object.keys(settings).length > 0 && { settings }),
  };
}

function destinationOf(flags: DraftFlags): DraftDestination {
  const wanted = flags.destination ?? SIMPLEST_TYPE.id;
  const type = DESTINATION_TYPES.find(({ id }) => id === wanted);
  if (!type) throw unknown('--destination', wanted, DESTINATION_TYPES);
  const { format } = flags;
  const schema = destinationSchema(type);
  return {
    id: flags.destinationId ?? type.id,
    type: type.id,
    ...(format !== undefined && { format }),
    ...readPairs('--destination-setting', flags.destinationSetting, (name, text) => readValue(schema, name, text)),
  };
}

function readPairs(
  flag: string,
  pairs: readonly string[] = [],
  read: (name: string, text: string) => unknown,
): Record<string, unknown> {
  const entries = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw wrong(`${flag} is ${JSON.stringify(pair)}.`, `Give a name and a value: ${flag} NAME=VALUE.`);
    const name = pair.slice(0, at);
    return [name, read(name, pair.slice(at + 1))] as const;
  });
  return Object.fromEntries(entries);
}

function noSource(sources: readonly Source[]): TidemarkError {
  return wrong(
    'No --source is given, and there is no terminal to ask on.',
    `Give one of: ${sources.map(({ id }) => `--source ${id}`).join(', ')}.`,
  );
}

function unknown(flag: string, value: string | undefined, known: readonly { readonly id: string }[]): TidemarkError {
  return wrong(`${flag} is ${JSON.stringify(value)}.`, `There are: ${known.map(({ id }) => id).join(', ')}.`);
}

function wrong(message: string, remedy: string): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message, remedy });
}
