import { readFile, writeFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { askFor, findSecret, storeSecretOf, type WantedSecret } from '../commands/secret.ts';
import { examine } from '../doctor/examine.ts';
import { sayChecks } from '../doctor/say-checks.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { Interrupted } from '../interrupted.ts';
import { print, tell } from '../views/terminal.ts';
import { composeConfig, type Draft } from './draft.ts';
import { type DraftFlags, draftOf, hasAnswers } from './from-flags.ts';

export interface InitOptions extends FeedOptions, DraftFlags {
  /** Writes over a file that is there. */
  readonly force: boolean;
  /** Adds to the file that is there. */
  readonly add: boolean;
  /** Whether stdin holds the values of the secrets. */
  readonly secretsStdin: boolean;
  readonly skipDoctor: boolean;
}

/** Writes a configuration, stores its secrets, and runs doctor. Resolves to the exit code: that of doctor, if it was run. */
export async function init(options: InitOptions): Promise<number> {
  const file = options.config ?? 'tidemark.json';
  const sources = await findSources();
  const before = await readBefore(file, options);
  const asks = !hasAnswers(options) && process.stdin.isTTY && process.stdout.isTTY;
  const draft = asks ? await askOnTerminal(sources) : draftOf(options, sources, options.add);
  const { text, config } = composeConfig(file, draft, before, sources);
  const wanted = await secretsOf(config, draft);
  // Everything is checked before anything is written.
  const values = options.secretsStdin ? readValues(await readAll(process.stdin), wanted) : new Map<string, string>();
  await write(file, text, options);
  print(`${file} is ${before && options.add ? 'extended' : 'written'}.`);
  const open = await storeSecrets(options, config, wanted, values);
  return await finish(options, open);
}

async function askOnTerminal(sources: Parameters<typeof draftOf>[1]): Promise<Draft> {
  const { clackAsker } = await import('./clack-asker.ts');
  const { askDraft } = await import('./questions.ts');
  return await askDraft(clackAsker(), sources);
}

/** What is in the file, if something is to be added to it. */
async function readBefore(
  file: string,
  { add, force }: InitOptions,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readFile(file, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined;
    throw wrong(`${file} cannot be read: ${thrown.message}`, 'Name another file with --config.', thrown);
  });
  if (add && text === undefined) throw wrong(`${file} is not there.`, 'Leave --add out: the file is made then.');
  if (add && force) throw wrong('--add and --force exclude each other.', 'Give one of them.');
  if (text === undefined || force) return undefined;
  if (!add) throw wrong(`${file} is there already.`, 'Add to it with --add, or write over it with --force.');
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return { ...value };
  } catch {
    // The error below says it.
  }
  throw wrong(
    `${file} is no JSON object, so that nothing can be added to it.`,
    'Mend it, or write over it with --force.',
  );
}

/** The secrets of what was added. */
async function secretsOf(config: Config, { connections, destinations }: Draft): Promise<WantedSecret[]> {
  const keys = [...connections.map(({ source, id }) => `${source}/${id}`), ...destinations.map(({ id }) => id)];
  const found = await Promise.all(keys.map((key) => findSecret(config, key)));
  return found.filter((secret) => secret !== undefined);
}

/** Reads the values from a JSON object of secret name -> value, as in the file of secrets. No value is in an error. */
function readValues(text: string, wanted: readonly WantedSecret[]): Map<string, string> {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
  }
  const names = wanted.map(({ name }) => name).join(', ');
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw wrong('What stdin holds is no JSON object.', `Give one of secret name -> value. The names are: ${names}.`);
  }
  return new Map(
    Object.entries(values).map(([name, value]) => {
      const secret = wanted.find((one) => one.name === name);
      if (!secret) throw wrong(`stdin has a value for ${JSON.stringify(name)}.`, `The secrets are: ${names}.`);
      const json = typeof value === 'string' ? value : JSON.stringify(value);
      secret.check(json);
      return [name, json];
    }),
  );
}

/** Stores what is given, and on a terminal asks for the rest. Returns the keys of the secrets that are still to be put in. */
async function storeSecrets(
  options: InitOptions,
  config: Config,
  wanted: readonly WantedSecret[],
  values: ReadonlyMap<string, string>,
): Promise<string[]> {
  const open: string[] = [];
  for (const [at, secret] of wanted.entries()) {
    const value = values.get(secret.name) ?? (await askSecret(options, secret, [...open, ...keysFrom(wanted, at)]));
    if (value === undefined) open.push(secret.key);
    else print(await storeSecretOf(options, config, secret, value));
  }
  return open;
}

function keysFrom(wanted: readonly WantedSecret[], at: number): string[] {
  return wanted.slice(at).map(({ key }) => key);
}

/**
 * Undefined if there is no terminal, or if it is to be put in later.
 * @param left the keys of the secrets that are not stored if the question is broken off
 */
async function askSecret(
  options: InitOptions,
  secret: WantedSecret,
  left: readonly string[],
): Promise<string | undefined> {
  if (options.secretsStdin || !process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const { clackAsker } = await import('./clack-asker.ts');
  try {
    const isNow = await clackAsker().yes(`Put in ${secret.about} now? What you type is not shown.`, true);
    return isNow ? await askUntilRight(secret) : undefined;
  } catch (thrown) {
    if (!(thrown instanceof Interrupted)) throw thrown;
    // By now the configuration is written, and the same command would be refused.
    const commands = left.map((key) => `tidemark secret set ${key}${placeOf(options)}`);
    throw new Interrupted(
      `The configuration is written. Not stored: the credentials of ${left.join(', ')}.`,
      `Put them in later:\n  ${commands.join('\n  ')}`,
    );
  }
}

/** What is typed unseen is easily typed wrong: that does not end everything. */
async function askUntilRight(secret: WantedSecret): Promise<string> {
  for (;;) {
    try {
      const value = await askFor(secret);
      secret.check(value);
      return value;
    } catch (thrown) {
      if (!(thrown instanceof TidemarkError) || thrown instanceof Interrupted) throw thrown;
      tell([thrown.message, thrown.remedy, 'Once more; Ctrl-C leaves it for later.', ''].join('\n'));
    }
  }
}

async function finish(options: InitOptions, open: readonly string[]): Promise<number> {
  const place = placeOf(options);
  if (open.length > 0) {
    const commands = [...open.map((key) => `secret set ${key}`), 'doctor'];
    print(['Next:', ...commands.map((command) => `  tidemark ${command}${place}`)].join('\n'));
    return 0;
  }
  if (options.skipDoctor) {
    print(`Next: tidemark doctor${place}`);
    return 0;
  }
  tell('Asking the vendors ...');
  const checks = await examine({ ...options, json: false });
  print(sayChecks(checks));
  const ok = checks.every((check) => check.ok);
  print(ok ? `Next: tidemark run${place}` : `Next: mend what is red, then tidemark doctor${place}`);
  return ok ? 0 : 1;
}

/** The options that the next commands need, too. */
function placeOf({ config, state, secrets }: InitOptions): string {
  const options = { config, state: state === '.tidemark' ? undefined : state, secrets };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => ` --${name} ${value}`).join('');
}

async function write(file: string, text: string, { add, force }: InitOptions): Promise<void> {
  try {
    await writeFile(file, text, { flag: add || force ? 'w' : 'wx' });
  } catch (thrown) {
    throw wrong(`${file} cannot be written: ${(thrown as Error).message}`, 'Name another file with --config.', thrown);
  }
}

function wrong(message: string, remedy: string, cause?: unknown): TidemarkError {
  return new TidemarkError({ code: 'config', stage: 'processing', message, remedy, cause });
}
