import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { assetOf } from './synth.ts';

const INVOKE = fileURLToPath(new URL('invoke-bundle.ts', import.meta.url));
/** What Lambda itself puts into the environment of every function, but for its names. */
const LAMBDA = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
};

export interface FunctionProperties {
  readonly Code: { readonly S3Key: string };
  readonly Timeout: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

/** Runs a function as Lambda does, with nothing in its environment that is not in the template or from Lambda itself. */
export async function runBundle<Answered>(
  out: string,
  properties: FunctionProperties,
  services: Record<string, string>,
  inputs: readonly unknown[],
): Promise<{ readonly answers: Answered[]; readonly log: string }> {
  const task = (await assetOf(out, properties.Code)).folder;
  const variables = Object.entries(properties.Environment.Variables);
  // Here the bundle lies where the assembly has it, and not where Lambda would unpack it.
  const environment = Object.fromEntries(variables.map(([name, value]) => [name, value.replace('/var/task', task)]));
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
