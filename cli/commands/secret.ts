import { text } from 'node:stream/consumers';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import type { SecretShape } from '../../functions/core/model.ts';
import { type DestinationSecret, typeOf } from '../../functions/destinations/destination-type.ts';
import { DESTINATION_TYPES } from '../../functions/destinations/destination-types.ts';
import { fieldsOf } from '../../functions/shell/auth/secret.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { readConfig } from '../../local/configuration.ts';
import { openKey } from '../../local/services/access/key.ts';
import { Signatures } from '../../local/services/access/signature.ts';
import { startSecrets } from '../../local/services/secrets.ts';
import { findRunning, preparePlaces } from '../../local/world.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { askHidden, askLine } from '../views/hidden-input.ts';
import { print, tell } from '../views/terminal.ts';

/** A secret of the configuration: its name, the shapes that its value may have, and a check of the value. */
export interface WantedSecret {
  /** The connection or destination that it belongs to, as it is typed. */
  readonly key: string;
  readonly name: string;
  readonly about: string;
  readonly shapes: readonly SecretShape[];
  /** When a running program reads it. */
  readonly isRead: 'in-each-run' | 'at-start';
  check(value: string): void;
}

/**
 * Puts a secret in: what is typed is not shown, and stands neither among the arguments nor in a shell's history. Without a
 * terminal, its JSON is read from stdin.
 */
export async function setSecret(options: FeedOptions, words: readonly string[]): Promise<number> {
  const [what = ''] = words;
  const config = await readConfig(options.config, await findSources());
  if (!config) throw noConfig();
  const wanted = await findSecret(config, what);
  if (!wanted) throw await noSuchSecret(config, what);
  const value = process.stdin.isTTY ? await askFor(wanted) : await text(process.stdin);
  print(await storeSecretOf(options, config, wanted, value));
  return 0;
}

/** Stores a value, and returns what to say about it. */
export async function storeSecretOf(
  options: FeedOptions,
  config: Config,
  wanted: WantedSecret,
  value: string,
): Promise<string> {
  wanted.check(value);
  const compact = JSON.stringify(JSON.parse(value));
  const made = options.cloud ? await inCloud(config, wanted, compact) : await here(options, wanted, compact);
  // The embedded Firehose reads its destinations once.
  const when =
    wanted.isRead === 'at-start' && !options.cloud ? 'when tidemark run is started again' : 'from the next run on';
  return `${wanted.name} is ${made ? 'made' : 'changed'}, ${wanted.about}. It is used ${when}.`;
}

async function inCloud({ deployment }: Config, { name, about }: WantedSecret, value: string): Promise<boolean> {
  const { storeSecret } = await import('../cloud/store-secret.ts');
  const { clientOptionsOf } = await import('../cloud/account.ts');
  const { kmsKeyArn, tags } = deployment;
  return await storeSecret(clientOptionsOf(deployment), {
    name,
    value,
    description: `Tidemark: ${about}.`,
    kmsKeyArn,
    tags,
  });
}

/** Through the service of a running program, or else through one that is started here: only the service writes the file. */
async function here(options: FeedOptions, { name, about }: WantedSecret, value: string): Promise<boolean> {
  const { storeSecret } = await import('../cloud/store-secret.ts');
  const places = await preparePlaces(options.state, options.out, options.secrets);
  const running = await findRunning(places);
  const key = await openKey(places.state);
  const own = running ? undefined : await startSecrets({ file: places.secrets, signatures: new Signatures(key) });
  const local = {
    endpoint: running?.urls.secrets ?? own?.url ?? '',
    region: 'us-east-1',
    credentials: key,
  };
  try {
    return await storeSecret(local, { name, value, description: about });
  } finally {
    await own?.close();
  }
}

/** Finds a secret by its connection, its destination or its name. */
export async function findSecret(config: Config, what: string): Promise<WantedSecret | undefined> {
  const all = await secretsOf(config);
  return all.find(({ key }) => key === what) ?? all.find(({ name }) => name === what);
}

/** All secrets of a configuration. */
export async function secretsOf(config: Config): Promise<WantedSecret[]> {
  const sources = await findSources();
  return [
    ...config.connections.map(({ source: id, id: connection, secret }) => {
      const { auth } = sources.find((source) => source.id === id) ?? {};
      return {
        key: `${id}/${connection}`,
        name: secret,
        about: `the credentials of ${id}/${connection}`,
        shapes: auth?.secret ?? [],
        isRead: 'in-each-run' as const,
        check: (value: string) => void (auth && fieldsOf(secret, value, auth)),
      };
    }),
    ...config.destinations.flatMap((destination) => {
      const { secret } = typeOf(DESTINATION_TYPES, destination);
      const name = secret?.nameOf(destination);
      if (!secret || name === undefined) return [];
      return [
        {
          key: destination.id,
          name,
          about: `${secret.about} for destination ${destination.id}`,
          shapes: [secret.shape],
          isRead: 'at-start' as const,
          check: (value: string) => checkFields(secret, name, value),
        },
      ];
    }),
  ];
}

async function noSuchSecret(config: Config, what: string): Promise<TidemarkError> {
  const all = await secretsOf(config);
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `There is no connection, destination or secret ${JSON.stringify(what)}.`,
    remedy: `There are: ${all.map(({ key }) => key).join(', ')}.`,
  });
}

function checkFields({ shape, value: { pattern, wanted } }: DestinationSecret, name: string, value: string): void {
  let fields: Readonly<Record<string, unknown>> | null = null;
  try {
    fields = JSON.parse(value);
  } catch {
    // The error below says it, without what was typed.
  }
  const wrong = Object.keys(shape).find((field) => {
    const text = fields?.[field];
    return typeof text !== 'string' || !pattern.test(text);
  });
  if (wrong === undefined) return;
  throw new TidemarkError({
    code: 'secret',
    stage: 'processing',
    message: `Secret ${name} has no ${wrong} of ${wanted}.`,
    remedy: `Its value must look like ${JSON.stringify(shape)}.`,
  });
}

/** Asks for each field. If there are several shapes, asks for the shape first. */
export async function askFor({ name, about, shapes }: WantedSecret): Promise<string> {
  tell(`${name}: ${about}. What you type is not shown.`);
  const shape = shapes.length > 1 ? await chooseShape(shapes) : shapes[0];
  const value: Record<string, string> = {};
  for (const [field, meaning] of Object.entries(shape ?? {})) {
    value[field] = await askHidden(`  ${meaning}\n  ${field}: `);
  }
  return JSON.stringify(value);
}

async function chooseShape(shapes: readonly SecretShape[]): Promise<SecretShape> {
  const lines = shapes.map((shape, at) => `  ${at + 1}: ${Object.keys(shape).join(' and ')}\n`);
  const answer = await askLine(`${lines.join('')}  Which? [1] `);
  const shape = shapes[answer === '' ? 0 : Number(answer) - 1];
  if (shape) return shape;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `There is no ${JSON.stringify(answer)}.`,
    remedy: `Give 1 to ${shapes.length}.`,
  });
}

function noConfig(): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: 'There is no tidemark.json that says whose secret it is.',
    remedy: 'Copy tidemark.example.json to tidemark.json, or name another one: --config FILE.',
  });
}
