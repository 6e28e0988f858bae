import { Annotations, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
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
import type { CodeSupply, LambdaFunction } from '../functions/lambda-function.ts';
import { Rotation, rotating } from '../functions/rotation.ts';
import { SourceFunction } from '../functions/source-function.ts';
import { alarmTopic, unheard } from '../watching/alarm-topic.ts';
import { Dashboard } from '../watching/dashboard.ts';
import { NotificationAlarms } from '../watching/notification-alarms.ts';
import { QuietHours } from '../watching/quiet-hours.ts';
import { SourceAlarms } from '../watching/source-alarms.ts';
import type { StateStack } from './state-stack.ts';

/** What a schedule invokes, and the role that it uses. */
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
  readonly supply: CodeSupply;
  readonly state: StateStack;
}

/** Inputs of all parts of the stack. */
interface PartInputs extends Omit<ForwardingProps, keyof StackProps> {
  readonly key: IKey | undefined;
}

/** Everything that keeps no data, so that it can be deleted and created again at any time: functions, delivery streams, the archive's tables. */
export class ForwardingStack extends Stack {
  readonly sources: ReadonlyMap<string, Watched>;
  /** Functions that rotate credentials, by the ids of their sources. Only for sources that rotate any. */
  readonly rotations: ReadonlyMap<string, Invocable>;
  /** The queue of invocations that failed or never began. */
  readonly missed: Queue;
  /** The topic of all alarms. */
  readonly topic: ITopic;

  constructor(
    scope: Construct,
    id: string,
    { config, sources, destinationTypes, supply, state, ...props }: ForwardingProps,
  ) {
    super(scope, id, { description: 'Tidemark: what forwards.', ...props });
    accept(this, {
      'CloudFormation-Validate::W7001':
        'The CDK’s DeliveryStream brings a table of addresses of Firehose, for Redshift.',
    });
    const key = ownKey(this, config.deployment);
    const inputs = { config, sources, destinationTypes, supply, state, key };
    this.topic = alarmTopic(this, config.deployment);
    const unheardOf = unheard(config.deployment);
    if (unheardOf !== undefined) Annotations.of(this).addWarningV2('tidemark:alarms-reach-nobody', unheardOf);
    this.missed = this.#makeQueue(key);
    const commonAlarms = [this.#watchQueue(this.missed), ...this.#watchNotifications(config, state)];
    const backfills = this.#backfill(inputs);
    this.sources = new Map(sources.map((source) => [source.id, this.#forward(source, inputs)]));
    this.rotations = this.#rotate(inputs);
    // Nothing runs unwatched: the roles of schedules depend on the alarms, so they are created after them and deleted before them.
    for (const [id, { scheduler, alarms }] of this.sources) {
      for (const each of [scheduler, this.rotations.get(id)?.scheduler])
        each?.node.addDependency(alarms, ...commonAlarms);
    }
    this.#addDashboard(inputs, backfills.functions, [...commonAlarms, backfills.alarm]);
    new EventQuery(this, 'Events', { config, sources, destinationTypes, archive: state.archive });
  }

  #forward(source: Source, inputs: PartInputs): Watched {
    const { config, destinationTypes, supply, state, key } = inputs;
    const { destinations, deployment } = config;
    const common = { config, supply, table: state.table, missed: this.missed, key };
    const made = new SourceFunction(this, source.id, { ...common, source });
    this.#deliver(source, inputs);
    const alarms = new SourceAlarms(this, `${source.id}-alarms`, {
      source,
      destinations,
      destinationTypes,
      stackPrefix: deployment.stackPrefix,
      topic: this.topic,
      rotates: rotating(source, config).length > 0,
    });
    output(this, functionOutput(source.id), made.function.functionArn);
    return { function: made, scheduler: this.#schedulerOf(`${source.id}-scheduler`, made, config, key), alarms };
  }

  #rotate({ sources, config, supply, key }: PartInputs): Map<string, Invocable> {
    const some = sources.filter((source) => rotating(source, config).length > 0);
    return new Map(
      some.map((source) => {
        const made = new Rotation(this, `${source.id}-rotation`, { source, config, supply, missed: this.missed, key });
        const scheduler = this.#schedulerOf(`${source.id}-rotation-scheduler`, made, config, key);
        return [source.id, { function: made, scheduler }] as const;
      }),
    );
  }

  /** Adds the dashboard, and quiet hours if they are configured. */
  #addDashboard(
    { sources, config, destinationTypes, state: { table } }: PartInputs,
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

  /** Adds separate functions that read the past, so that backfills and regular reading do not wait for each other. */
  #backfill({ sources, config, supply, state, key }: PartInputs): Backfill {
    const { deployment } = config;
    const purpose = backfillPurpose(deployment);
    const common = { config, supply, table: state.table, missed: this.missed, key, purpose };
    const functions = sources.map((source) => new SourceFunction(this, `${source.id}-backfill`, { ...common, source }));
    const backfill = new Backfill(this, 'Backfill', {
      deployment,
      functions,
      topic: this.topic,
      key,
    });
    output(this, BACKFILL_MACHINE, backfill.machineArn);
    output(this, BACKFILL_FEED_MACHINE, backfill.feedMachineArn);
    for (const [at, { id }] of sources.entries()) {
      output(this, functionOutput(id, 'backfill'), functions[at]?.function.functionArn);
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

  /** Adds the alarms of the queues that announce objects of the archive. */
  #watchNotifications({ deployment }: Config, { notificationQueues }: StateStack): Alarm[] {
    return [...notificationQueues].flatMap(([destination, queues]) => {
      const name = `${deployment.stackPrefix}-${destination}`;
      return new NotificationAlarms(this, `notifications-${destination}`, { name, queues, topic: this.topic }).alarms;
    });
  }

  /** Adds one stream for each destination. Streams have separate quotas, and a function may only use those of its source. */
  #deliver(source: Source, { config, destinationTypes, state, key }: PartInputs): void {
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
    // Another path makes another role. The id contains the path so that the schedules' template also changes: an unchanged stack is not deployed.
    const { rolePath } = deployment;
    return makeRole(this, rolePath === '/' ? id : `${id}-in-${rolePath}`, {
      service: 'scheduler',
      deployment,
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [invoked.functionArn] }),
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.missed.queueArn] }),
        ...useKey(key, ['sqs']),
      ],
    });
  }
}

/** Adds an output, by which the command line finds functions and state machines. */
function output(stack: Stack, key: string, arn: string | undefined): void {
  if (arn !== undefined) new CfnOutput(stack, `Output-${key}`, { value: arn, key });
}
