import { TidemarkError } from '../../functions/core/errors.ts';
import type { Finding } from '../../functions/core/examine/finding.ts';
import type { Group, Opened } from '../feeds/opened.ts';
import { type Check, checkOf, failedCheck } from './check.ts';
import type { ExamineOptions } from './examine-options.ts';

/** Time limit of the examination of one connection. */
const INVOCATION_MS = 90_000;

/**
 * Makes the function of each connection examine it: the functions alone may use the secrets.
 *
 * @param onCode told which code has answered for a source
 */
export async function examineConnections(
  opened: Opened,
  { signInAgain = false, cloud = false }: ExamineOptions,
  sayProgress: (text: string) => void,
  onCode: (source: string, code: string) => void = () => undefined,
): Promise<Check[]> {
  const checks = await Promise.all(
    opened.groups.map(async (group) => {
      const subject = subjectOf(group);
      sayProgress(subject);
      try {
        const answer = await opened.invoke(
          group,
          { act: 'examine', signInAgain, servicesShareClock: !cloud },
          INVOCATION_MS,
        );
        const { examined, code } = answer as { readonly examined: readonly Finding[]; readonly code: string };
        onCode(group.connection.source, code);
        return examined.map(checkOf);
      } catch (thrown) {
        return [failedCheck(subject, 'start', asOlder(thrown), ['the connection'])];
      }
    }),
  );
  return checks.flat();
}

/** A function of an earlier version does not know what is asked of it. */
function asOlder(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !/\$\.act\b/.test(thrown.message)) return thrown;
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message: 'What is deployed is older than this, and cannot be examined.',
    remedy: 'Deploy: npx cdk deploy --all.',
    cause: thrown,
  });
}

function subjectOf({ connection }: Group): string {
  return `${connection.source}/${connection.id}`;
}
