import type { Deployment } from '../../functions/core/config/deployment.ts';
import type { Template, TemplateParameter } from './template.ts';

/** What belongs to an account, and stands in a configuration as an ARN: a parameter takes its place. */
function replacedBy({ kmsKeyArn, alarms }: Deployment): Record<string, TemplateParameter> {
  return {
    ...(kmsKeyArn !== undefined && {
      KmsKeyArn: {
        Type: 'String',
        Default: kmsKeyArn,
        Description: 'The key that encrypts everything, in this Region. Give the same one to all stacks.',
        AllowedPattern: besides(kmsKeyArn, 'key/.+'),
      },
    }),
    ...(alarms.topicArn !== undefined && {
      AlarmTopicArn: {
        Type: 'String',
        Default: alarms.topicArn,
        Description: 'The topic that is told of alarms, in this Region.',
        AllowedPattern: besides(alarms.topicArn, '.+'),
      },
    }),
  };
}

/** The ARNs in the same partition, service and Region: the Region of the key is drawn into the templates. */
function besides(arn: string, resource: string): string {
  return `^${arn.split(':').slice(0, 4).join(':')}:[0-9]{12}:${resource}$`;
}

/**
 * Makes parameters of the key and of the topic, where the configuration has such, with their ARNs as defaults. Only what is an ARN
 * as a whole can be replaced: whether there is a key or a topic at all decides what is drawn, and no parameter can change that.
 */
export function parameterize(template: Template, deployment: Deployment): Template {
  const all = Object.entries(replacedBy(deployment));
  const used = all.filter(([, { Default = '' }]) => JSON.stringify(template).includes(Default));
  if (used.length === 0) return template;
  const names = new Map(used.map(([name, { Default = '' }]) => [Default, name]));
  const replaced = replace(template, names) as Template;
  for (const [name, { Default = '' }] of used) {
    if (JSON.stringify(replaced).includes(Default))
      throw new Error(`${name}: ${Default} is a part of another text in a template.`);
  }
  return { ...replaced, Parameters: { ...replaced.Parameters, ...Object.fromEntries(used) } };
}

function replace(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return names.has(value) ? { Ref: names.get(value) } : value;
  if (Array.isArray(value)) return value.map((each) => replace(each, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replace(each, names)]));
}
