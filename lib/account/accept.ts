import { Validations } from 'aws-cdk-lib';
import type { CfnRole, Role } from 'aws-cdk-lib/aws-iam';
import { rules } from 'cdk-nag';
import type { IConstruct } from 'constructs';

/** Findings of a review that stand, and why: rule to reason. */
export function accept(construct: IConstruct, findings: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(findings)) Validations.of(construct).acknowledge({ id, reason });
}

/** Wildcards in a role's policies that stand, and why: the end of what is meant, to the reason. Any other is a finding still. */
export function acceptWildcards(role: Role, reasons: Readonly<Record<string, string>>): void {
  // What a finding is called has the references of other stacks in it, which are not known before all is drawn.
  role.node.addValidation({
    validate() {
      const found = rules.iam.IAMNoWildcardPermissions(role.node.defaultChild as CfnRole);
      for (const finding of Array.isArray(found) ? found : []) {
        const reason = Object.entries(reasons).find(([end]) => finding.endsWith(end))?.[1];
        if (reason !== undefined) accept(role, { [`AwsSolutions-IAM5[${finding}]`]: reason });
      }
      return [];
    },
  });
}
