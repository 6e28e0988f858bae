import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A secret's name; none with the wildcards of policies. */
const NAME = /^[\w/+=.@-]{1,512}$/;
const ARN = /^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]{1,512}$/;
/** Secrets Manager ends each ARN with so many characters of its own choice. */
const SUFFIX = '-??????';

export const SECRET_WANTED = 'the name or the ARN of a secret';

export function isSecretId(text: string): boolean {
  return NAME.test(text) || ARN.test(text);
}

/** Secrets of a source's connections that have names of their own: each is listed in the policy. */
export function foreignSecrets(source: string, connections: readonly { source: string; secret: string }[]): string[] {
  const own = connections.filter((connection) => connection.source === source).map(({ secret }) => secret);
  return [...new Set(own)].filter((secret) => !secret.startsWith(`tidemark/${source}/`));
}

/** Whether a name or an ARN ends as whole ARNs do. */
export function looksWhole(secret: string): boolean {
  return /-\w{6}$/.test(secret);
}

/** What a policy says where a secret is meant. */
export function secretResource(scope: IConstruct, secret: string): string {
  if (/^arn:/.test(secret)) return looksWhole(secret) ? secret : `${secret}${SUFFIX}`;
  return secretArn(scope, `${secret}${SUFFIX}`);
}

/** The ARN of a secret by its name, as far as it is known before the secret is there. */
export function secretArn(scope: IConstruct, secret: string): string {
  if (/^arn:/.test(secret)) return secret;
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: secret,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
