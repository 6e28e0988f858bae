import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A valid secret name, without the wildcard characters of IAM policies. */
const NAME = /^[\w/+=.@-]{1,512}$/;
const ARN = /^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]{1,512}$/;
/** Secrets Manager ends each ARN with a dash and six random characters. */
const SUFFIX = '-??????';

export const SECRET_WANTED = 'the name or the ARN of a secret';

export function isSecretId(text: string): boolean {
  return NAME.test(text) || ARN.test(text);
}

/** Secrets of a source's connections that do not follow the naming convention: the policy must list each of them. */
export function foreignSecrets(source: string, connections: readonly { source: string; secret: string }[]): string[] {
  const own = connections.filter((connection) => connection.source === source).map(({ secret }) => secret);
  return [...new Set(own)].filter((secret) => !secret.startsWith(`tidemark/${source}/`));
}

/** Whether a name or an ARN already ends with the random suffix of a complete ARN. */
export function looksWhole(secret: string): boolean {
  return /-\w{6}$/.test(secret);
}

/** The resource that names a secret in an IAM policy. */
export function secretResource(scope: IConstruct, secret: string): string {
  if (/^arn:/.test(secret)) return looksWhole(secret) ? secret : `${secret}${SUFFIX}`;
  return secretArn(scope, `${secret}${SUFFIX}`);
}

/** The ARN of a secret by its name, as far as it is known before the secret exists. */
export function secretArn(scope: IConstruct, secret: string): string {
  if (/^arn:/.test(secret)) return secret;
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: secret,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
