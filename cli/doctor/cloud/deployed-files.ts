import {
  GetFunctionConfigurationCommand,
  GetLayerVersionByArnCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import type { FunctionFiles } from './cloud.ts';

/** What a function is made of, as Lambda says it. */
export async function deployedFiles(lambda: LambdaClient, functionArn: string): Promise<FunctionFiles> {
  const { CodeSha256, Layers = [] } = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: functionArn }),
  );
  const layers = await Promise.all(
    Layers.map(async ({ Arn }) => {
      const { Content } = await lambda.send(new GetLayerVersionByArnCommand({ Arn }));
      return hexOf(Content?.CodeSha256);
    }),
  );
  return { code: hexOf(CodeSha256), layers };
}

/** Lambda writes a hash in base64; `sha256sum` and a release write it in hexadecimal digits. */
function hexOf(hash = ''): string {
  return Buffer.from(hash, 'base64').toString('hex');
}
