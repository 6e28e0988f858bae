import { TidemarkError } from '../../functions/core/errors.ts';

/** What goes wrong before AWS is even asked: by the name or the text of the error, what to do. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [
    /CredentialsProviderError|Could not load credentials|ExpiredToken|security token/i,
    'Sign in: AWS_PROFILE names the credentials to use, aws sso login renews them.',
  ],
  [/Region is missing/i, 'Say where it is deployed: AWS_REGION=eu-west-1.'],
  [/AccessDenied|not authorized/i, 'Ask for the permission that is named, or use another AWS_PROFILE.'],
  [/Throttl|TooManyRequests|Rate exceeded/i, 'Try again in a minute.'],
];

/** An error of AWS for a person: what could not be done, what AWS said, and what to do. */
export function sayAwsError(what: string, thrown: unknown): TidemarkError {
  if (thrown instanceof TidemarkError) return thrown;
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const remedy = CURES.find(([pattern]) => pattern.test(`${name}: ${message}`))?.[1];
  return new TidemarkError({
    code: 'failing',
    stage: 'processing',
    message: `${what}: ${name}: ${message}`,
    remedy:
      remedy ?? 'Look at what AWS says; what was done before stays done, and the same command may be given again.',
    cause: thrown,
  });
}
