import { Annotations, CfnRule, CrossStackReferences, Fn, ReferenceStrength, type Stack, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Config } from '../functions/core/config/tidemark-config.ts';
import type { Source } from '../functions/core/model.ts';
import { regionOf } from './account/region.ts';
import { checkDeployable } from './check-deployable.ts';
import type { DrawnType } from './delivery/drawings.ts';
import { planSchedules } from './plan/plan-schedules.ts';
import { ForwardingStack } from './stacks/forwarding-stack.ts';
import { SchedulesStack } from './stacks/schedules-stack.ts';
import { StateStack } from './stacks/state-stack.ts';

export interface TidemarkProps {
  readonly config: Config;
  /** Every source there is; those without a connection are left out. */
  readonly sources: readonly Source[];
  readonly destinationTypes: readonly DrawnType[];
  /** What the configuration is called in errors. */
  readonly name: string;
  /** Why this must not be deployed, if it must not. */
  readonly refuse?: string | undefined;
}

/** Tidemark in an account: what it keeps, what forwards, and when. All of it is drawn from the configuration and the sources' own data. */
export class Tidemark extends Construct {
  readonly state: StateStack;
  readonly forwarding: ForwardingStack;
  readonly schedules: readonly SchedulesStack[];

  constructor(scope: Construct, id: string, { config, sources, destinationTypes, name, refuse }: TidemarkProps) {
    super(scope, id);
    // A stack that others depend on may lose what they no longer need, and is deployed before they are.
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    checkDeployable(config, sources, destinationTypes, name);
    const { deployment, connections } = config;
    const { stackPrefix, tags, permissionsBoundary } = deployment;
    const used = sources.filter((source) => connections.some((connection) => connection.source === source.id));
    const region = regionOf(deployment);
    const named = (part: string) => ({
      stackName: `${stackPrefix}-${part}`,
      ...(region !== undefined && { env: { region } }),
    });
    this.state = new StateStack(this, 'State', deployment, named('state'));
    this.forwarding = new ForwardingStack(this, 'Forwarding', {
      config,
      sources: used,
      destinationTypes,
      state: this.state,
      ...named('forwarding'),
    });
    this.schedules = planSchedules(config, used).map(
      (planned, at) =>
        new SchedulesStack(this, `Schedules${at + 1}`, planned, this.forwarding, named(`schedules-${at + 1}`)),
    );
    for (const [key, value] of Object.entries(tags)) Tags.of(this).add(key, value);
    if (permissionsBoundary !== undefined) {
      const boundary = ManagedPolicy.fromManagedPolicyArn(this.forwarding, 'Boundary', permissionsBoundary);
      PermissionsBoundary.of(this).apply(boundary);
    }
    if (refuse !== undefined) {
      Annotations.of(this.state).addWarningV2('tidemark:refused', refuse);
      for (const stack of this.#stacks) refuseToDeploy(stack, refuse);
    }
  }

  get #stacks(): Stack[] {
    return [this.state, this.forwarding, ...this.schedules];
  }
}

/** CloudFormation itself says no, whoever brings it the template. */
function refuseToDeploy(stack: Stack, why: string): void {
  new CfnRule(stack, 'Refused', {
    assertions: [{ assert: Fn.conditionEquals('an example', 'a configuration'), assertDescription: why }],
  });
}
