import { TidemarkError } from '../../functions/core/errors.ts';

/** Common problems of access: a pattern for the error's name and message, and what to do. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /CredentialsProviderError|Could not load credentials|ExpiredToken|security token/i,
    'Sign in: AWS_PROFILE names the credentials to use, aws sso login renews them.',
  ],
  [/Region is missing/i, 'Say where it is deployed: AWS_REGION=eu-west-1.'],
  [/AccessDenied|not authorized/i, 'Ask for the permission that is named, or use another AWS_PROFILE.'],
  [
    /TooManyRequests/i,
    'Try again in a minute. If the deployment was drained, it takes nothing until tidemark drain --cloud --resume.',
  ],
  [/Throttl|Rate exceeded/i, 'Try again in a minute.'],
];

/** An error for the user: what could not be done, what AWS answered, and what to do. */
export function sayAwsError(what: string, thrown: unknown): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown;
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const remedy = REMEDIES.find(([pattern]) => pattern.test(`${name}: ${message}`))?.[1];
  return new TidemarkError({
    code: 'failing',
    stage: 'processing',
    message: `${what}: ${name}: ${message}`,
    remedy:
      remedy ?? 'See what AWS answered. What was done before stays done, and the same command can be given again.',
    cause: thrown,
  });
}
