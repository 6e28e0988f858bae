import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { ClientOptions } from './account.ts';
import { sayAwsError } from './aws-error.ts';

/** The ARN of whoever the credentials belong to. It needs no permission. */
export async function principalArn(options: ClientOptions): Promise<string> {
  const { Arn = 'unknown' } = await new STSClient(options)
    .send(new GetCallerIdentityCommand())
    .catch((thrown: unknown) => {
      throw sayAwsError('Whose credentials these are cannot be found out', thrown);
    });
  return Arn;
}
