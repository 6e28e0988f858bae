import { createHash, randomUUID, scryptSync } from 'node:crypto';
import { chmodSync, readFileSync, statSync } from 'node:fs';
import type { Signatures } from './access/signature.ts';
import { AwsError } from './aws-error.ts';
import { PRIVATE_FILE, writePrivate } from './private-file.ts';
import { type Version, versionsBeside } from './secret-versions.ts';
import { NO_ANSWER, type Operation, type Service, serve } from './service.ts';

/** The secrets service, with its warnings about the file. */
export interface SecretsService extends Service {
  readonly warnings: readonly string[];
}

export interface SecretsOptions {
  readonly file: string;
  readonly signatures: Signatures;
  readonly port?: number;
  /** The clock that dates new versions, in milliseconds since 1970. */
  readonly now?: () => number;
  /** What it costs to compute a version's id, as scrypt counts it: a power of two. Tests with many secrets want it low. */
  readonly idCost?: number;
  /** Called before each operation. An error that it throws becomes the answer; `lost` performs the operation but sends no answer. */
  readonly disturb?: (operation: string, input: Record<string, unknown>) => Promise<'lost' | undefined>;
}

const INTERNAL = 'InternalServiceError';
const [CURRENT, PREVIOUS] = ['AWSCURRENT', 'AWSPREVIOUS'];

/**
 * Starts the local Secrets Manager over a JSON file of names and values, read afresh at every request. A value is a string, or
 * an object that is given out as its JSON text. The file holds what is current, and may be edited; all other versions stand in
 * a file beside it.
 */
export async function startSecrets(options: SecretsOptions): Promise<SecretsService> {
  const { file, now = Date.now, idCost = USUAL_ID_COST, disturb } = options;
  const warnings = tighten(file);
  const store = new SecretsFile(file, now, digests(idCost));
  const disturbed = (name: string, operation: (input: Record<string, unknown>) => object): Operation => {
    return async (input) => {
      const fate = await disturb?.(name, input);
      const answer = operation(input);
      return fate === 'lost' ? NO_ANSWER : answer;
    };
  };
  const operations = {
    GetSecretValue: (input) => getSecretValue(store, input),
    DescribeSecret: (input) => describeSecret(store, input),
    CreateSecret: (input) => createSecret(store, input),
    PutSecretValue: (input) => putSecretValue(store, input),
    UpdateSecretVersionStage: (input) => updateSecretVersionStage(store, input),
  } satisfies Record<string, (input: Record<string, unknown>) => object>;
  const service = await serve(
    {
      target: 'secretsmanager',
      signedAs: 'secretsmanager',
      jsonVersion: '1.1',
      internalError: INTERNAL,
      operations: Object.fromEntries(
        Object.entries(operations).map(([name, operation]) => [name, disturbed(name, operation)]),
      ),
    },
    options.signatures,
    options.port,
  );
  return { ...service, warnings };
}

type Secrets = Record<string, unknown>;

function getSecretValue(store: SecretsFile, input: Record<string, unknown>): object {
  const { name, versions } = store.load(input.SecretId);
  const { VersionId: id, VersionStage: stage = id === undefined ? CURRENT : undefined } = input;
  const found = versions.find(
    (version) =>
      (id === undefined || version.id === id) && (stage === undefined || version.stages.includes(stage as string)),
  );
  if (found?.text === undefined) {
    const which = [id, stage].filter((one) => one !== undefined).join(', ');
    throw new AwsError('ResourceNotFoundException', `The local secret ${name} has no value for ${which}.`);
  }
  return {
    ARN: arnOf(name),
    Name: name,
    VersionId: found.id,
    SecretString: found.text,
    VersionStages: found.stages,
    CreatedDate: found.createdAt / 1000,
  };
}

function describeSecret(store: SecretsFile, input: Record<string, unknown>): object {
  const { name, versions } = store.load(input.SecretId);
  const labelled = versions.filter(({ stages }) => stages.length > 0);
  const changed = Math.max(...versions.map(({ createdAt }) => createdAt));
  return {
    ARN: arnOf(name),
    Name: name,
    LastChangedDate: changed / 1000,
    VersionIdsToStages: Object.fromEntries(labelled.map(({ id, stages }) => [id, stages])),
  };
}

function createSecret(store: SecretsFile, { Name: name, SecretString: text }: Record<string, unknown>): object {
  if (typeof name !== 'string' || name === '' || typeof text !== 'string') {
    throw new AwsError('InvalidParameterException', 'The local file takes a Name and a SecretString.');
  }
  store.add(name, text);
  const [current] = store.load(name).versions.filter(({ stages }) => stages.includes(CURRENT));
  return { ARN: arnOf(name), Name: name, VersionId: current?.id };
}

/** Putting the same content under the same id again has no effect. Other content is refused: versions never change. */
function putSecretValue(store: SecretsFile, input: Record<string, unknown>): object {
  const { SecretString: text, ClientRequestToken: id = randomUUID(), VersionStages: stages = [CURRENT] } = input;
  if (typeof text !== 'string' || !Array.isArray(stages) || stages.length === 0) {
    throw new AwsError('InvalidParameterException', 'The local file takes a SecretString, and labels for it.');
  }
  if (typeof id !== 'string' || id.length < 32 || id.length > 64) {
    throw new AwsError('InvalidParameterException', 'A ClientRequestToken has 32 to 64 characters.');
  }
  const { name, versions } = store.load(input.SecretId);
  const known = versions.find((version) => version.id === id);
  if (known && known.digest !== store.digest(name, text)) {
    throw new AwsError('ResourceExistsException', `The local secret ${name} has another value under ${id}.`);
  }
  if (!known) {
    const made: Version = { id, digest: store.digest(name, text), createdAt: store.now(), stages: [], text };
    const all = [...versions, made];
    for (const stage of stages as string[]) attach(all, stage, made);
    store.save(name, all);
  }
  const put = store.load(input.SecretId).versions.find((version) => version.id === id);
  return { ARN: arnOf(name), Name: name, VersionId: id, VersionStages: put?.stages ?? [] };
}

function updateSecretVersionStage(store: SecretsFile, input: Record<string, unknown>): object {
  const { VersionStage: stage, RemoveFromVersionId: from, MoveToVersionId: to } = input;
  const { name, versions } = store.load(input.SecretId);
  const holder = versions.find(({ stages }) => stages.includes(stage as string));
  const target = versions.find(({ id }) => id === to);
  if (from !== holder?.id && (from !== undefined || holder?.id !== to)) {
    throw new AwsError('InvalidParameterException', `The label ${stage} is not on the version that is named.`);
  }
  if ((to === undefined && stage === CURRENT) || (to !== undefined && target?.text === undefined)) {
    throw new AwsError('InvalidParameterException', `The label ${stage} cannot be moved there.`);
  }
  if (target) attach(versions, stage as string, target);
  else if (holder) holder.stages = holder.stages.filter((one) => one !== stage);
  store.save(name, versions);
  return { ARN: arnOf(name), Name: name };
}

/** Moves a label to a version. The version that was current becomes the previous one. */
function attach(versions: readonly Version[], stage: string, to: Version): void {
  const holder = versions.find(({ stages }) => stages.includes(stage));
  if (holder === to) return;
  if (holder) holder.stages = holder.stages.filter((one) => one !== stage);
  to.stages = [...to.stages, stage];
  if (stage === CURRENT && holder) attach(versions, PREVIOUS, holder);
}

/** The file of current values, and the file of versions. There is no await between reading and writing, so concurrent calls cannot overwrite each other's changes. */
class SecretsFile {
  readonly #file: string;
  readonly #beside: ReturnType<typeof versionsBeside>;
  readonly now: () => number;
  readonly digest: ReturnType<typeof digests>;

  constructor(file: string, now: () => number, digest: ReturnType<typeof digests>) {
    this.digest = digest;
    this.#file = file;
    this.#beside = versionsBeside(file);
    this.now = now;
  }

  /** A secret with its versions, and their values where they are kept. */
  load(secretId: unknown): { name: string; versions: Version[] } {
    const secrets = readSecrets(this.#file);
    const name = findName(secrets, secretId, this.#file);
    const text = textOf(secrets[name], name, this.#file);
    const digest = this.digest(name, text);
    const known = this.#beside.read(name);
    const current = known.find(({ stages }) => stages.includes(CURRENT));
    if (current?.digest === digest) {
      current.text = text;
      return { name, versions: known };
    }
    // The file was edited by hand: the value before is gone.
    if (current) current.stages = current.stages.filter((stage) => stage !== CURRENT);
    const edited = { id: digest, digest, createdAt: statSync(this.#file).mtimeMs, stages: [CURRENT], text };
    return { name, versions: [...known.filter(({ id }) => id !== digest), edited] };
  }

  add(name: string, text: string): void {
    const secrets = readSecrets(this.#file);
    if (Object.hasOwn(secrets, name)) {
      throw new AwsError('ResourceExistsException', `There is a local secret ${name} already.`);
    }
    writeSecrets(this.#file, { ...secrets, [name]: storedForm(text) });
  }

  save(name: string, versions: readonly Version[]): void {
    const secrets = readSecrets(this.#file);
    const current = versions.find(({ stages }) => stages.includes(CURRENT))?.text;
    // A value that is nowhere else is written first: versions that lack the file's value look like an edit by hand.
    if (current !== undefined && current !== textOf(secrets[name], name, this.#file)) {
      writeSecrets(this.#file, { ...secrets, [name]: storedForm(current) });
    }
    this.#beside.write(name, versions);
  }
}

function readSecrets(file: string): Secrets {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw new AwsError(INTERNAL, `The secrets file ${file} cannot be read (${code}).`, 500);
  }
  try {
    const secrets: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (secrets !== null && typeof secrets === 'object' && !Array.isArray(secrets)) return secrets as Secrets;
  } catch (thrown) {
    // Only the position of the parser's message may be repeated: the rest quotes the file.
    const [place = ''] = /\(line \d+ column \d+\)/.exec((thrown as Error).message) ?? [];
    throw new AwsError(INTERNAL, `The secrets file ${file} is not valid JSON ${place}`.trim(), 500);
  }
  throw new AwsError(INTERNAL, `The secrets file ${file} must hold one JSON object: names and their values.`, 500);
}

function writeSecrets(file: string, secrets: Secrets): void {
  try {
    writePrivate(file, `${JSON.stringify(secrets, null, 2)}\n`);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    throw new AwsError(INTERNAL, `The secrets file ${file} cannot be written (${code}).`, 500);
  }
}

/** Finds a secret by its name, or by an ARN with or without the six characters that AWS appends. */
function findName(secrets: Secrets, id: unknown, file: string): string {
  if (typeof id !== 'string' || id === '') {
    throw new AwsError('InvalidParameterException', 'SecretId is missing.');
  }
  const name = /^arn:aws[\w-]*:secretsmanager:[^:]*:[^:]*:secret:(.+)$/.exec(id)?.[1];
  const candidates = name === undefined ? [id] : [name, name.replace(/-[A-Za-z0-9]{6}$/, '')];
  const found = candidates.find((candidate) => Object.hasOwn(secrets, candidate));
  if (found !== undefined) return found;
  throw new AwsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret: ${file} holds no value named ${candidates.at(-1)}.`,
  );
}

function textOf(value: unknown, name: string, file: string): string {
  if (typeof value === 'string') return value;
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return JSON.stringify(value);
  throw new AwsError(INTERNAL, `In the secrets file ${file}, ${name} is neither a string nor an object.`, 500);
}

/** Stores an object readably if that returns exactly the same text later. */
function storedForm(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    return isObject && JSON.stringify(value) === text ? value : text;
  } catch {
    return text;
  }
}

function arnOf(name: string): string {
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-${suffix}`;
}

/** A digest of a value, in the form of a version id. It is slow to compute: it may be logged, and must not help to guess the value. */
function digests(cost: number): (name: string, text: string) => string {
  const known = new Map<string, string>();
  return (name, text) => {
    const key = JSON.stringify([name, text]);
    const last = known.get(key);
    if (last !== undefined) return last;
    const hex = scryptSync(text, `tidemark ${name}`, 16, { cost }).toString('hex');
    const digest = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, digest);
    return digest;
  };
}

const MOST_KNOWN = 1_000;
const USUAL_ID_COST = 16_384;

function tighten(file: string): string[] {
  // Windows has no file modes: every file looks open to others.
  if (process.platform === 'win32') return [];
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  if (mode === undefined || (mode & 0o777 & ~PRIVATE_FILE) === 0) return [];
  const was = (mode & 0o777).toString(8).padStart(4, '0');
  try {
    chmodSync(file, PRIVATE_FILE);
    return [`The secrets file ${file} was open to others (mode ${was}); it is now 0600.`];
  } catch {
    return [`The secrets file ${file} is open to others (mode ${was}); set it to 0600 as its owner.`];
  }
}
