import { isDeepStrictEqual } from 'node:util';
import type { Finding } from '../../../functions/core/examine/finding.ts';
import { MADE_BY_RELEASE } from '../../../lib/account/outputs.ts';
import type { Cloud, FoundStack } from './cloud.ts';
import { green, looking, red, some } from './looking.ts';

const DEPLOY = 'Deploy: npx cdk deploy --all.';

/** Whether a stack is there and whole. @param template what this checkout would deploy; undefined if it could not be drawn */
export async function examineStack(cloud: Cloud, name: string, template: unknown): Promise<Finding<string>[]> {
  const subject = `stack ${name}`;
  return await looking(subject, 'stack', async () => {
    const stack = await cloud.stack(name);
    if (!stack) return red(subject, 'stack', 'it is not deployed in this account and Region', DEPLOY);
    const status = examineStatus(subject, stack);
    if (!status.ok || template === undefined) return status;
    const drift = await looking(subject, 'drift', async () => await examineDrift(cloud, subject, name));
    return [status, compare(subject, stack.template, template), ...drift];
  });
}

function examineStatus(subject: string, { status, reason }: FoundStack): Finding<string> {
  const isBroken = /FAILED|ROLLBACK/.test(status);
  if (!isBroken) return green(subject, 'stack', status.toLowerCase().replaceAll('_', ' '));
  const why = reason === '' ? '' : `: ${reason}`;
  return red(
    subject,
    'stack',
    `${status}${why}`,
    `The last deploy went wrong: look at the stack’s events, mend the cause, and deploy again: npx cdk deploy --all.`,
  );
}

async function examineDrift(cloud: Cloud, subject: string, name: string): Promise<Finding<string>> {
  const { drifted } = await cloud.drift(name);
  if (drifted.length === 0) return green(subject, 'drift', 'everything is as it was deployed');
  return red(
    subject,
    'drift',
    `changed since it was deployed: ${some(drifted)}`,
    'Somebody has changed it by hand. CloudFormation shows what; take it back, or deploy with the change in tidemark.json.',
  );
}

type Resources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Compares what is deployed with what this checkout would deploy. Metadata is about the tools. */
function compare(subject: string, deployed: unknown, drawn: unknown): Finding<string> {
  const release = releaseOf(deployed);
  // It has parameters where this checkout’s has values and assets.
  if (release !== undefined)
    return green(
      subject,
      'template',
      `made by the release ${release}, and not compared: npm run release -- --check DIR does that`,
    );
  const [there, here] = [resourcesOf(deployed), resourcesOf(drawn)];
  const ids = [...new Set([...Object.keys(there), ...Object.keys(here)])];
  const differing = ids.filter((id) => !isDeepStrictEqual(there[id], here[id]));
  if (differing.length === 0) return green(subject, 'template', 'it equals what this checkout and tidemark.json make');
  const named = differing.map((id) => {
    const how = there[id] === undefined ? 'missing' : here[id] === undefined ? 'no longer wanted' : 'different';
    return `${id} (${how})`;
  });
  return red(
    subject,
    'template',
    `it is not what this checkout and tidemark.json make: ${some(named)}`,
    `${DEPLOY} Or use the checkout and the tidemark.json that were deployed. npx cdk diff shows all of it.`,
  );
}

/** The version of the release that has made a template. Undefined for one that was deployed from a checkout. */
function releaseOf(template: unknown): string | undefined {
  const { Metadata } = (template ?? {}) as { readonly Metadata?: Readonly<Record<string, unknown>> };
  const version = Metadata?.[MADE_BY_RELEASE];
  return typeof version === 'string' ? version : undefined;
}

function resourcesOf(template: unknown): Resources {
  const { Resources = {} } = (template ?? {}) as { readonly Resources?: Resources };
  const entries = Object.entries(Resources).filter(([, { Type }]) => Type !== 'AWS::CDK::Metadata');
  return Object.fromEntries(entries.map(([id, { Metadata: _, ...rest }]) => [id, rest]));
}
