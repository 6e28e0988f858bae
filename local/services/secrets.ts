import { createHash, randomUUID, scryptSync } from 'node:crypto';
import { chmodSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { AwsError, type Service, serve } from './service.ts';

/** The secrets service, and what it found to be careless about the file. */
export interface SecretsService extends Service {
  readonly warnings: readonly string[];
}

const FILE_MODE = 0o600;
const INTERNAL = 'InternalServiceError';

/**
 * Starts the local Secrets Manager over a JSON file of names and values, read afresh at every request.
 * A value is a string, or an object that is given out as its JSON text.
 */
export async function startSecrets(options: { file: string; port?: number }): Promise<SecretsService> {
  const { file } = options;
  const warnings = tighten(file);
  const versionOf = versions();
  const service = await serve(
    {
      target: 'secretsmanager',
      jsonVersion: '1.1',
      internalError: INTERNAL,
      operations: {
        GetSecretValue: async (input) => getSecretValue(file, input, versionOf),
        PutSecretValue: async (input) => putSecretValue(file, input, versionOf),
      },
    },
    options.port,
  );
  return { ...service, warnings };
}

type VersionOf = (name: string, text: string) => string;
type Secrets = Record<string, unknown>;

function getSecretValue(file: string, input: Record<string, unknown>, versionOf: VersionOf): object {
  const secrets = readSecrets(file);
  const name = findName(secrets, input.SecretId, file);
  const text = textOf(secrets[name], name, file);
  const version = versionOf(name, text);
  const { VersionId: asked = version, VersionStage: stage = 'AWSCURRENT' } = input;
  if (asked !== version || stage !== 'AWSCURRENT') {
    throw new AwsError('ResourceNotFoundException', `The local file holds only the current version of ${name}.`);
  }
  return {
    ARN: arnOf(name),
    Name: name,
    VersionId: version,
    SecretString: text,
    VersionStages: ['AWSCURRENT'],
    CreatedDate: Math.floor(statSync(file).mtimeMs / 1000),
  };
}

// Without an await between reading and renaming, two calls cannot undo each other's change.
function putSecretValue(file: string, input: Record<string, unknown>, versionOf: VersionOf): object {
  const text = input.SecretString;
  if (typeof text !== 'string') {
    throw new AwsError('InvalidParameterException', 'The local file takes a SecretString only.');
  }
  const secrets = readSecrets(file);
  const name = findName(secrets, input.SecretId, file);
  writeSecrets(file, { ...secrets, [name]: storedForm(text) });
  return { ARN: arnOf(name), Name: name, VersionId: versionOf(name, text), VersionStages: ['AWSCURRENT'] };
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
    // Of the parser's message only the place may be repeated: the rest quotes the file.
    const [place = ''] = /\(line \d+ column \d+\)/.exec((thrown as Error).message) ?? [];
    throw new AwsError(INTERNAL, `The secrets file ${file} is not valid JSON ${place}`.trim(), 500);
  }
  throw new AwsError(INTERNAL, `The secrets file ${file} must hold one JSON object: names and their values.`, 500);
}

function writeSecrets(file: string, secrets: Secrets): void {
  // The file may be a link to where the secrets really are.
  const target = realpathSync(file);
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    writeFileSync(temporary, `${JSON.stringify(secrets, null, 2)}\n`, { mode: FILE_MODE, flag: 'wx', flush: true });
    renameSync(temporary, target);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    const { code } = thrown as NodeJS.ErrnoException;
    throw new AwsError(INTERNAL, `The secrets file ${file} cannot be written (${code}).`, 500);
  }
}

/** Callers give a name, or an ARN with or without the six characters that AWS adds to the name. */
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

/** Keeps objects readable in the file, where that gives out the same text to the letter. */
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

/** A version id changes exactly when the value does. It is slow to compute, for it may be logged and must not help to guess. */
function versions(): VersionOf {
  const known = new Map<string, { text: string; version: string }>();
  return (name, text) => {
    const last = known.get(name);
    if (last?.text === text) return last.version;
    const hex = scryptSync(text, `tidemark ${name}`, 16).toString('hex');
    const version = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    known.set(name, { text, version });
    return version;
  };
}

function tighten(file: string): string[] {
  // Windows has no such modes: its files look open to everybody.
  if (process.platform === 'win32') return [];
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  if (mode === undefined || (mode & 0o777 & ~FILE_MODE) === 0) return [];
  const was = (mode & 0o777).toString(8).padStart(4, '0');
  try {
    chmodSync(file, FILE_MODE);
    return [`The secrets file ${file} was open to others (mode ${was}); it is now 0600.`];
  } catch {
    return [`The secrets file ${file} is open to others (mode ${was}); set it to 0600 as its owner.`];
  }
}
