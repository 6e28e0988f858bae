import { Annotations, CfnRule, CrossStackReferences, Fn, ReferenceStrength, type Stack, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Config } from '../functions/core/config/tidemark-config.ts';
import type { Source } from '../functions/core/model.ts';
import { typeOf } from '../functions/destinations/destination-type.ts';
import { regionOf } from './account/region.ts';
import { checkDeployable } from './check-deployable.ts';
import type { FunctionCode, LayerContent } from './code/function-code.ts';
import type { DrawnType } from './delivery/drawings.ts';
import type { NotifyingDestination } from './delivery/s3-notifications.ts';
import { planSchedules } from './plan/plan-schedules.ts';
import { ForwardingStack } from './stacks/forwarding-stack.ts';
import { SchedulesStack } from './stacks/schedules-stack.ts';
import { StateStack } from './stacks/state-stack.ts';

export interface TidemarkProps {
  readonly config: Config;
  /** All sources; those without a connection are not deployed. */
  readonly sources: readonly Source[];
  readonly destinationTypes: readonly DrawnType[];
  /** Where the code of the functions comes from. */
  readonly code: FunctionCode;
  /** Where the deployment’s own files go. */
  readonly layers: LayerContent;
  /** The configuration's name in error messages. */
  readonly name: string;
  /** If set, the stacks can be synthesised but not deployed, for this reason. */
  readonly refuse?: string | undefined;
}

/** The stacks of Tidemark. */
export interface TidemarkStacks {
  readonly state: StateStack;
  readonly forwarding: ForwardingStack;
  readonly schedules: readonly SchedulesStack[];
}

/**
 * Draws Tidemark in one account: the state, forwarding and schedules stacks, from the configuration and the sources' own data.
 *
 * @param scope what the stacks are put into, and nothing else
 */
export function drawTidemark(scope: Construct, props: TidemarkProps): TidemarkStacks {
  const { config, sources, destinationTypes, code, layers, name, refuse } = props;
  // With strong references, a stack could not remove something in the same deployment that removes its last use elsewhere.
  CrossStackReferences.of(scope).consume(ReferenceStrength.WEAK);
  checkDeployable(config, sources, destinationTypes, name);
  const { deployment, connections } = config;
  const { stackPrefix, tags, permissionsBoundary } = deployment;
  const used = sources.filter((source) => connections.some((connection) => connection.source === source.id));
  const region = regionOf(deployment);
  const named = (part: string) => ({
    stackName: `${stackPrefix}-${part}`,
    ...(region !== undefined && { env: { region } }),
  });
  const state = new StateStack(scope, 'State', {
    deployment,
    notifying: notifyingOf(config, destinationTypes),
    ...named('state'),
  });
  const forwarding = new ForwardingStack(scope, 'Forwarding', {
    config,
    sources: used,
    destinationTypes,
    supply: { code, layers },
    state,
    ...named('forwarding'),
  });
  const schedules = planSchedules(config, used).map(
    (planned, at) =>
      new SchedulesStack(scope, `Schedules${at + 1}`, { planned, forwarding, ...named(`schedules-${at + 1}`) }),
  );
  for (const [key, value] of Object.entries(tags)) Tags.of(scope).add(key, value);
  if (permissionsBoundary !== undefined) {
    const boundary = ManagedPolicy.fromManagedPolicyArn(forwarding, 'Boundary', permissionsBoundary);
    PermissionsBoundary.of(scope).apply(boundary);
  }
  if (refuse !== undefined) {
    Annotations.of(state).addWarningV2('tidemark:refused', refuse);
    for (const stack of [state, forwarding, ...schedules]) refuseToDeploy(stack, refuse);
  }
  return { state, forwarding, schedules };
}

/** The destinations whose new objects in the archive are announced. */
function notifyingOf({ destinations }: Config, types: readonly DrawnType[]): NotifyingDestination[] {
  return destinations.flatMap((destination) => {
    const notifications = typeOf(types, destination).notificationsOf?.(destination);
    return notifications ? [{ id: destination.id, notifications }] : [];
  });
}

/** Adds a rule that makes CloudFormation refuse the template, whoever deploys it. */
function refuseToDeploy(stack: Stack, why: string): void {
  new CfnRule(stack, 'Refused', {
    assertions: [{ assert: Fn.conditionEquals('an example', 'a configuration'), assertDescription: why }],
  });
}
