import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Config } from '../../functions/core/config/tidemark-config.ts';
import type { Source } from '../../functions/core/model.ts';
import { typeOf } from '../../functions/destinations/destination-type.ts';
import { accept } from '../account/accept.ts';
import { ownKey, useKey } from '../account/key.ts';
import { BACKFILL_FEED_MACHINE, BACKFILL_MACHINE, functionOutput } from '../account/outputs.ts';
import { makeRole } from '../account/role.ts';
import type { DrawnType } from '../delivery/drawings.ts';
import { EventQuery } from '../delivery/event-query.ts';
import { Backfill, backfillPurpose } from '../functions/backfill.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { Rotation, rotating } from '../functions/rotation.ts';
import { SourceFunction } from '../functions/source-function.ts';
import { alarmTopic } from '../watching/alarm-topic.ts';
import { Dashboard } from '../watching/dashboard.ts';
import { QuietHours } from '../watching/quiet-hours.ts';
import { SourceAlarms } from '../watching/source-alarms.ts';
import type { StateStack } from './state-stack.ts';

/** What a schedule needs of a source: whom to invoke, and as whom. */
export interface Invocable {
  readonly function: LambdaFunction;
  readonly scheduler: Role;
}

interface Watched extends Invocable {
  readonly alarms: SourceAlarms;
}

export interface ForwardingProps extends StackProps {
  readonly config: Config;
  /** The sources that have connections. */
  readonly sources: readonly Source[];
  readonly destinationTypes: readonly DrawnType[];
  readonly state: StateStack;
}

/** What all parts of the stack are drawn from. */
interface Given extends Omit<ForwardingProps, keyof StackProps> {
  readonly key: IKey | undefined;
}

/** What works, and can be removed and made again at any time: functions, streams to the destinations, the archive's tables. */
export class ForwardingStack extends Stack {
  readonly sources: ReadonlyMap<string, Watched>;
  /** What exchanges credentials, of the sources that do. */
  readonly rotations: ReadonlyMap<string, Invocable>;
  /** Where invocations go that never ended well. */
  readonly missed: Queue;
  /** Where alarms go. */
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, { config, sources, destinationTypes, state, ...props }: ForwardingProps) {
    super(scope, id, { description: 'Tidemark: what forwards.', ...props });
    accept(this, {
      'CloudFormation-Validate::W7001':
        'The CDK’s DeliveryStream brings a table of addresses of Firehose, for Redshift.',
    });
    const key = ownKey(this, config.deployment);
    const given = { config, sources, destinationTypes, state, key };
    this.topic = alarmTopic(this, config.deployment);
    this.missed = this.#makeQueue(key);
    const missedAlarm = this.#watchQueue(this.missed);
    const backfills = this.#backfill(given);
    this.sources = new Map(sources.map((source) => [source.id, this.#forward(source, given)]));
    this.rotations = this.#rotate(given);
    // Nothing runs unwatched: no schedule can invoke before there are alarms, nor when they are taken out.
    for (const [id, { scheduler, alarms }] of this.sources) {
      for (const each of [scheduler, this.rotations.get(id)?.scheduler]) each?.node.addDependency(alarms, missedAlarm);
    }
    this.#show(given, backfills.functions, [missedAlarm, backfills.alarm]);
    new EventQuery(this, 'Events', { config, sources, destinationTypes, archive: state.archive });
  }

  #forward(source: Source, given: Given): Watched {
    const { config, destinationTypes, state, key } = given;
    const { destinations, deployment } = config;
    const made = new SourceFunction(this, source.id, { source, config, table: state.table, missed: this.missed, key });
    this.#deliver(source, given);
    const alarms = new SourceAlarms(this, `${source.id}-alarms`, {
      source,
      destinations,
      destinationTypes,
      stackPrefix: deployment.stackPrefix,
      topic: this.topic,
      rotates: rotating(source, config).length > 0,
    });
    tell(this, functionOutput(source.id), made.function.functionArn);
    return { function: made, scheduler: this.#schedulerOf(`${source.id}-scheduler`, made, config, key), alarms };
  }

  #rotate({ sources, config, key }: Given): Map<string, Invocable> {
    const some = sources.filter((source) => rotating(source, config).length > 0);
    return new Map(
      some.map((source) => {
        const made = new Rotation(this, `${source.id}-rotation`, { source, config, missed: this.missed, key });
        const scheduler = this.#schedulerOf(`${source.id}-rotation-scheduler`, made, config, key);
        return [source.id, { function: made, scheduler }] as const;
      }),
    );
  }

  /** What a person looks at, and when nobody is to be woken. */
  #show(
    { sources, config, destinationTypes, state: { table } }: Given,
    backfills: readonly LambdaFunction[],
    alarms: readonly Alarm[],
  ): void {
    const { quietHours: hours } = config.deployment.alarms;
    const watched = sources.map((source, at) => {
      const { function: live, alarms } = this.sources.get(source.id) as Watched;
      const beside = { backfill: backfills[at], rotation: this.rotations.get(source.id)?.function };
      const others = Object.entries(beside).flatMap(([name, made]) => (made ? [{ name, made }] : []));
      return { source, functions: [{ name: 'reading', made: live }, ...others] as const, alarms: alarms.alarms };
    });
    new Dashboard(this, 'Dashboard', { config, sources: watched, destinationTypes, alarms: [...alarms], table });
    const silent = [...this.sources.values()].flatMap((each) => each.alarms.silent);
    if (hours) new QuietHours(this, 'QuietHours', { hours, alarms: silent });
  }

  /** The past is read by functions of their own: it must neither wait for live reading nor keep it waiting. */
  #backfill({ sources, config, state, key }: Given): Backfill {
    const { deployment } = config;
    const common = { config, table: state.table, missed: this.missed, key, purpose: backfillPurpose(deployment) };
    const functions = sources.map((source) => new SourceFunction(this, `${source.id}-backfill`, { ...common, source }));
    const backfill = new Backfill(this, 'Backfill', {
      deployment,
      functions,
      topic: this.topic,
      key,
    });
    tell(this, BACKFILL_MACHINE, backfill.machineArn);
    tell(this, BACKFILL_FEED_MACHINE, backfill.feedMachineArn);
    for (const [at, { id }] of sources.entries()) {
      tell(this, functionOutput(id, 'backfill'), functions[at]?.function.functionArn);
    }
    return backfill;
  }

  #makeQueue(key: IKey | undefined): Queue {
    const queue = new Queue(this, 'Missed', {
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
      ...(key
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key }
        : { encryption: QueueEncryption.SQS_MANAGED }),
    });
    accept(queue, {
      'AwsSolutions-SQS3': 'It is itself where messages go that nobody could take.',
      'Serverless-SQSRedrivePolicy': 'It is itself where messages go that nobody could take.',
    });
    return queue;
  }

  #watchQueue(queue: Queue): Alarm {
    const alarm = new Alarm(this, 'MissedAlarm', {
      alarmDescription: `not-running: Invocations failed or never began; a queue holds them with the reason. First: aws sqs receive-message --max-number-of-messages 10 --visibility-timeout 0 --message-attribute-names All --queue-url ${queue.queueUrl}. Then: docs/runbook.md, not-running.`,
      metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: Duration.minutes(5) }),
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    return alarm;
  }

  /** One stream for each destination: each has its own quota, and each function may use its own only. */
  #deliver(source: Source, { config, destinationTypes, state, key }: Given): void {
    const { destinations, deployment } = config;
    const { archive, quarantine } = state;
    for (const destination of destinations) {
      const { drawing } = typeOf(destinationTypes, destination);
      new drawing(this, `${source.id}-${destination.id}`, {
        source,
        destination,
        deployment,
        archive,
        quarantine,
        key,
      });
    }
  }

  #schedulerOf(id: string, { function: invoked }: LambdaFunction, { deployment }: Config, key: IKey | undefined): Role {
    // With another path it is another role, and the schedules' template has to show it: a stack whose template is the same is not deployed.
    const { rolePath } = deployment;
    return makeRole(this, rolePath === '/' ? id : `${id}-in-${rolePath}`, 'scheduler', deployment, [
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }),
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.missed.queueArn] }),
      ...useKey(key, ['sqs']),
    ]);
  }
}

/** Where the command line finds what it commands. */
function tell(stack: Stack, key: string, arn: string | undefined): void {
  if (arn !== undefined) new CfnOutput(stack, `Output-${key}`, { value: arn, key });
}
