import { ArnFormat, Aws, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';
import { MINUTE, SECOND } from '../../functions/core/time.ts';
import { accept, acceptWildcards } from '../account/accept.ts';
import { useKey } from '../account/key.ts';
import { makeRole } from '../account/role.ts';
import { backfillMachine, feedMachine, MAP_LABEL } from './backfill-machines.ts';
import { allow } from './function-role.ts';
import type { Purpose, SourceFunction } from './source-function.ts';

/** The longest invocation that Lambda allows, because each invocation first loads what was delivered. */
const INVOCATION = 15 * MINUTE;

/** How the backfill functions differ from the regular ones. */
export function backfillPurpose({ backfill }: Deployment): Purpose {
  return { name: 'backfill', timeout: INVOCATION, reservedConcurrency: backfill.reservedConcurrency };
}

export interface BackfillProps {
  readonly deployment: Deployment;
  readonly functions: readonly SourceFunction[];
  readonly topic: ITopic;
  readonly key: IKey | undefined;
}

interface MachineProps {
  readonly name: string;
  readonly role: Role;
  readonly definition: object;
  readonly key: IKey | undefined;
}

/** The state machines that continue a backfill for as long as it takes, without a terminal. */
export class Backfill extends Construct {
  /** The machine that is started with all feeds of a backfill. It starts `feedMachineArn` for each of them. */
  readonly machineArn: string;
  readonly feedMachineArn: string;
  readonly alarm: Alarm;
  readonly functions: readonly SourceFunction[];

  constructor(scope: Construct, id: string, { deployment, functions, topic, key }: BackfillProps) {
    super(scope, id);
    const { stackPrefix, backfill } = deployment;
    this.functions = functions;
    const [all, one] = [`${stackPrefix}-backfill`, `${stackPrefix}-backfill-feed`];
    this.machineArn = this.#arn('stateMachine', all);
    this.feedMachineArn = this.#arn('stateMachine', one);
    const feedRole = makeRole(this, 'FeedRole', {
      service: 'states',
      deployment,
      statements: [
        allow(
          ['lambda:InvokeFunction'],
          functions.map((each) => each.function.functionArn),
        ),
        ...useKey(key),
      ],
    });
    const role = makeRole(this, 'Role', {
      service: 'states',
      deployment,
      statements: [
        allow(['states:StartExecution'], [this.feedMachineArn, this.machineArn]),
        allow(
          ['states:DescribeExecution', 'states:StopExecution'],
          [this.#executions(one), this.#executions(all), this.#executions(`${all}/${MAP_LABEL}`)],
        ),
        // Step Functions learns through this managed rule that an execution has ended.
        allow(
          ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
          [
            Stack.of(this).formatArn({
              service: 'events',
              resource: 'rule',
              resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
            }),
          ],
        ),
        ...useKey(key),
      ],
    });
    const reason = 'Step Functions names the executions; these are the ones of the two machines.';
    acceptWildcards(
      role,
      Object.fromEntries([one, all, `${all}/${MAP_LABEL}`].map((name) => [`:execution:${name}:*`, reason])),
    );
    this.#machine('Feed', {
      name: one,
      role: feedRole,
      definition: feedMachine(Aws.PARTITION, INVOCATION / SECOND),
      key,
    });
    const machine = this.#machine('Feeds', {
      name: all,
      role,
      definition: backfillMachine(Aws.PARTITION, this.feedMachineArn, backfill.feedsAtOnce),
      key,
    });
    this.alarm = this.#watch(machine, all);
    this.alarm.addAlarmAction(new SnsAction(topic));
  }

  #machine(id: string, { name, role, definition, key }: MachineProps): CfnStateMachine {
    const machine = new CfnStateMachine(this, id, {
      stateMachineName: name,
      stateMachineType: 'STANDARD',
      roleArn: role.roleArn,
      definitionString: Stack.of(this).toJsonString(definition),
      ...(key && { encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: key.keyArn } }),
    });
    const reason =
      'The history of each execution is kept for 90 days and has each step; what an invocation did is in its function’s log.';
    accept(machine, {
      'AwsSolutions-SF1': reason,
      'AwsSolutions-SF2': reason,
      'Serverless-StepFunctionStateMachineAllLogsToCloudWatch': reason,
      'Serverless-StepFunctionStateMachineXray': reason,
    });
    return machine;
  }

  #watch(machine: CfnStateMachine, name: string): Alarm {
    return new Alarm(this, 'Alarm', {
      alarmDescription: `${name}/failing: A backfill ended before all of its feeds were read. First: npx tidemark status --cloud. Then: docs/runbook.md, failing.`,
      metric: new Metric({
        namespace: 'AWS/States',
        metricName: 'ExecutionsFailed',
        dimensionsMap: { StateMachineArn: machine.attrArn },
        statistic: Stats.SUM,
        period: Duration.minutes(15),
      }),
      threshold: 0,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  #arn(resource: string, name: string): string {
    return Stack.of(this).formatArn({
      service: 'states',
      resource,
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  #executions(machine: string): string {
    return `${this.#arn('execution', machine)}:*`;
  }
}
