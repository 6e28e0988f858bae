import { Validations } from 'aws-cdk-lib';
import type { CfnManagedPolicy, CfnRole, ManagedPolicy, Role } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { wildcardRule } from './wildcard-rule.ts';

/** Accepts review findings of a construct, each with its reason: a map from rule to reason. */
export function accept(construct: IConstruct, findings: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(findings)) Validations.of(construct).acknowledge({ id, reason });
}

/** Accepts wildcards in the policies of a role, or in a policy: a map from the end of the resource to the reason. Every other wildcard stays a finding. */
export function acceptWildcards(holder: Role | ManagedPolicy, reasons: Readonly<Record<string, string>>): void {
  // A finding's name contains references to other stacks, which are known only after everything is drawn.
  holder.node.addValidation({
    validate() {
      const found = wildcardRule?.(holder.node.defaultChild as CfnRole | CfnManagedPolicy);
      for (const finding of Array.isArray(found) ? found : []) {
        const reason = Object.entries(reasons).find(([end]) => finding.endsWith(end))?.[1];
        if (reason !== undefined) accept(holder, { [`AwsSolutions-IAM5[${finding}]`]: reason });
      }
      return [];
    },
  });
}
