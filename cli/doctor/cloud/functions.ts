import type { Finding } from '../../../functions/core/examine/finding.ts';
import type { Cloud, FunctionFiles } from './cloud.ts';
import { green, looking, red } from './looking.ts';

/** Whether a source's function takes invocations. */
export async function examineFunction(cloud: Cloud, source: string, functionArn: string): Promise<Finding<string>[]> {
  const subject = `function of ${source}`;
  return await looking(subject, 'function', async () => {
    const stoppedAt = await cloud.stoppedAt(functionArn);
    if (stoppedAt === undefined) return green(subject, 'function', 'it takes invocations');
    return {
      ...red(
        subject,
        'function',
        `it is stopped since ${new Date(stoppedAt).toISOString()}: tidemark drain has done that`,
        'Let it read again: npx tidemark drain --cloud --resume.',
      ),
      waiting: [`all connections of ${source}`],
    };
  });
}

/** Whether a function’s zip and its layer are those of this checkout. @param drawn undefined if the source is not drawn */
export async function examineFiles(
  cloud: Cloud,
  source: string,
  functionArn: string,
  drawn: FunctionFiles | undefined,
): Promise<Finding<string>[]> {
  const subject = `function of ${source}`;
  return await looking(subject, 'files', async () => {
    const { code, layers } = await cloud.files(functionArn);
    const zip = `the zip ${short(code)}`;
    if (drawn === undefined) return green(subject, 'files', `${zip}; this checkout draws none to compare with`);
    const wrong = [
      ...(code === drawn.code ? [] : [`its code is ${zip}, and this checkout’s is ${short(drawn.code)}`]),
      ...(layers.join() === drawn.layers.join()
        ? []
        : ['its list of secrets and origins is not the one of this configuration']),
    ];
    if (wrong.length === 0)
      return green(subject, 'files', `${zip} and the list of secrets and origins, the same as this checkout’s`);
    return red(
      subject,
      'files',
      wrong.join('; '),
      'Deploy: npx cdk deploy --all. If nobody has changed tidemark.json since the last deployment, find out who has changed the function: CloudTrail, UpdateFunctionConfiguration and UpdateFunctionCode.',
    );
  });
}

/** Whether the code that has answered is that of this checkout. @param drawn undefined if the source is not drawn */
export function examineCode(source: string, answered: string, drawn: string | undefined): Finding<string> {
  const subject = `function of ${source}`;
  if (drawn === undefined)
    return green(subject, 'code', `${short(answered)}; this checkout draws none to compare with`);
  if (answered === drawn) return green(subject, 'code', `${short(answered)}, the same as this checkout’s bundle`);
  return red(
    subject,
    'code',
    `the code that answers is ${short(answered)}, and this checkout’s bundle is ${short(drawn)}`,
    'Deploy: npx cdk deploy --all. Or use the checkout that was deployed.',
  );
}

function short(hash: string): string {
  return hash.slice(0, 12);
}
