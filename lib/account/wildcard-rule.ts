import { createRequire } from 'node:module';
import type { rules } from 'cdk-nag';

type Rule = typeof rules.iam.IAMNoWildcardPermissions;

/** The rule that finds wildcards in policies. Undefined in an app that has no cdk-nag: nobody reviews, so there is nothing to accept. */
export const wildcardRule: Rule | undefined = load();

function load(): Rule | undefined {
  try {
    const nag = createRequire(import.meta.url)('cdk-nag') as { readonly rules?: typeof rules };
    return nag.rules?.iam?.IAMNoWildcardPermissions;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw thrown;
  }
}
