import { TidemarkError } from '../../functions/core/errors.ts';
import { BUCKET } from './bucket-code.ts';
import { type Template, templateText } from './template.ts';

/** CloudFormation takes templates of 1 MB from S3. */
const MOST_BYTES = 1_000_000;
const MOST_RESOURCES = 500;

/**
 * Throws unless the templates can be deployed one after the other by anybody: all that they refer to is in them, in an earlier one,
 * or among the zips.
 */
export function checkTemplates(templates: ReadonlyMap<string, Template>, zips: ReadonlyMap<string, unknown>): void {
  const wrong = [...templates].flatMap(([stack, template], at) => {
    const earlier = new Map([...templates].slice(0, at));
    return [...complaints(template, { earlier, zips })].map((complaint) => `${stack}: ${complaint}`);
  });
  if (wrong.length === 0) return;
  throw new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: `The templates cannot be deployed:\n  ${wrong.slice(0, 10).join('\n  ')}`,
    remedy: 'If a template is too large, set $.deployment.shards to a larger number. Report anything else.',
  });
}

interface Around {
  readonly earlier: ReadonlyMap<string, Template>;
  readonly zips: ReadonlyMap<string, unknown>;
}

function* complaints(template: Template, around: Around): Generator<string> {
  const { Resources, Parameters = {} } = template;
  const bytes = Buffer.byteLength(templateText(template));
  if (bytes > MOST_BYTES) yield `it has ${bytes} bytes, and CloudFormation takes ${MOST_BYTES}`;
  const count = Object.keys(Resources).length;
  if (count > MOST_RESOURCES) yield `it has ${count} resources, and CloudFormation takes ${MOST_RESOURCES}`;
  const used = new Set<string>();
  for (const [name, argument] of intrinsicsIn(template)) {
    for (const id of namesIn(name, argument)) used.add(id);
    yield* wrongIntrinsic(name, argument, { template, ...around });
  }
  for (const [id, { DependsOn = [] }] of Object.entries(Resources)) {
    for (const other of [DependsOn].flat())
      if (!Resources[other]) yield `${id} depends on ${other}, which is not there`;
  }
  for (const name of Object.keys(Parameters)) if (!used.has(name)) yield `nothing uses the parameter ${name}`;
  for (const [id, { Type, Properties = {} }] of Object.entries(Resources)) {
    if (Type.startsWith('AWS::CDK::') || Type.startsWith('Custom::')) yield `${id} is made for the CDK’s command`;
    yield* wrongZip(id, Properties.Code ?? Properties.Content, around);
  }
}

function* wrongZip(id: string, place: unknown, { zips }: Around): Generator<string> {
  const { S3Bucket, S3Key } = (place ?? {}) as { readonly S3Bucket?: unknown; readonly S3Key?: unknown };
  if (S3Key === undefined) return;
  const { Ref: bucket } = (S3Bucket ?? {}) as { readonly Ref?: string };
  const { 'Fn::Join': [, parts = []] = [] } = S3Key as { readonly 'Fn::Join'?: readonly [string, readonly unknown[]] };
  const name = parts.at(-1);
  if (bucket !== BUCKET || typeof name !== 'string' || !zips.has(name)) yield `${id} has no zip in this release`;
}

/** All intrinsic functions, each with its argument. */
function* intrinsicsIn(value: unknown): Generator<[string, unknown]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (key === 'Ref' || key.startsWith('Fn::')) yield [key, each];
    yield* intrinsicsIn(each);
  }
}

/** The names in a template to which an intrinsic function refers. */
function namesIn(name: string, argument: unknown): string[] {
  if (name === 'Ref') return [String(argument)];
  if (name === 'Fn::GetAtt') return [String([argument].flat()[0]).split('.')[0] ?? ''];
  if (name !== 'Fn::Sub') return [];
  const [text, own = {}] = [argument].flat() as [string, object?];
  const variables = [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)].map(
    ([, variable = '']) => variable.split('.')[0] ?? '',
  );
  return variables.filter((variable) => !(variable in own));
}

function* wrongIntrinsic(
  name: string,
  argument: unknown,
  { template: { Resources, Parameters = {} }, earlier }: Around & { readonly template: Template },
): Generator<string> {
  for (const id of namesIn(name, argument)) {
    if (!id.startsWith('AWS::') && !Resources[id] && !Parameters[id]) yield `${name} of ${id}, which is not there`;
  }
  if (name === 'Fn::ImportValue') yield `it imports ${JSON.stringify(argument)}, which nothing exports`;
  if (name !== 'Fn::GetStackOutput') return;
  const { StackName = '', OutputName = '' } = argument as { readonly StackName?: string; readonly OutputName?: string };
  if (!earlier.get(StackName)?.Outputs?.[OutputName])
    yield `it needs the output ${OutputName} of ${StackName}, which no earlier stack has`;
}
