import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Synthesised, unpack, type ZipPlace } from './synth.ts';

const INVOKE = fileURLToPath(new URL('invoke-bundle.ts', import.meta.url));
/** What Lambda itself puts into the environment of every function, but for its names. */
const LAMBDA = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
};

export interface FunctionProperties {
  readonly Code: ZipPlace;
  /** As the account resolves them: the layers by their ids. */
  readonly Layers: readonly string[];
  readonly Timeout: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

/** Runs a function as Lambda does, with nothing in its environment that is not in the template or from Lambda itself. */
export async function runBundle<Answered>(
  { out, account }: Synthesised,
  properties: FunctionProperties,
  services: Record<string, string>,
  inputs: readonly unknown[],
): Promise<{ readonly answers: Answered[]; readonly log: string }> {
  const task = unpack(out, properties.Code).folder;
  const layers = account
    .find<{ Content: ZipPlace }>('AWS::Lambda::LayerVersion')
    .filter(({ id }) => properties.Layers.includes(id));
  const [layer] = layers;
  if (!layer || layers.length > 1) throw new Error(`A function has ${layers.length} layers, and one is wanted.`);
  const opt = unpack(out, layer.properties.Content).folder;
  const variables = Object.entries(properties.Environment.Variables);
  // Here the files lie beside the assembly, and not where Lambda would unpack them.
  const environment = Object.fromEntries(variables.map(([name, value]) => [name, value.replace(/^\/opt(?=\/)/, opt)]));
  const child = spawn(process.execPath, [INVOKE, join(task, 'index.mjs'), String(properties.Timeout * 1000)], {
    cwd: task,
    env: { ...LAMBDA, ...services, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 280_000,
  });
  child.stdin.end(JSON.stringify(inputs));
  const ended = once(child, 'close');
  const [answers, log] = await Promise.all([json(child.stdout).catch(() => []), text(child.stderr), ended]);
  return { answers: answers as Answered[], log };
}
