import { setTimeout } from 'node:timers/promises';
import {
  CloudFormationClient,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  GetTemplateCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { DescribeDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { GetScheduleCommand, paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { paginateListSubscriptionsByTopic, SNSClient } from '@aws-sdk/client-sns';
import type { Deployment } from '../../../functions/core/config/deployment.ts';
import type { ProbeResult, SignedProbe } from '../../../functions/destinations/probe.ts';
import { clientOptionsOf } from '../../cloud/account.ts';
import { sayAwsError } from '../../cloud/aws-error.ts';
import { StoppedFunctions } from '../../cloud/stopped-functions.ts';
import { listAlarms } from './alarms.ts';
import { askSigned } from './ask-signed.ts';
import {
  type Cloud,
  Denied,
  type FoundSchedule,
  type FoundStack,
  type FoundStream,
  type FunctionFiles,
  type Listeners,
} from './cloud.ts';
import { deployedFiles } from './deployed-files.ts';

const DENIED = /AccessDenied|AuthorizationError|UnauthorizedOperation|not authorized|Forbidden/i;
/** Detection of drift takes seconds for each stack. */
const POLL_MS = 2_000;
const MOST_POLLS = 90;

/** Looks at the account of the environment's credentials. */
export class Aws implements Cloud {
  readonly #deployment: Deployment;
  readonly #cloudFormation: CloudFormationClient;
  readonly #scheduler: SchedulerClient;
  readonly #sns: SNSClient;
  readonly #firehose: FirehoseClient;
  readonly #secrets: SecretsManagerClient;
  readonly #s3: S3Client;
  readonly #lambda: LambdaClient;
  readonly #functions: StoppedFunctions;
  readonly #groups = new Map<string, Promise<string | undefined>>();

  constructor(deployment: Deployment) {
    const options = clientOptionsOf(deployment);
    this.#deployment = deployment;
    this.#cloudFormation = new CloudFormationClient(options);
    this.#scheduler = new SchedulerClient(options);
    this.#sns = new SNSClient(options);
    this.#firehose = new FirehoseClient(options);
    this.#secrets = new SecretsManagerClient(options);
    this.#s3 = new S3Client({ ...options, forcePathStyle: true });
    this.#lambda = new LambdaClient(options);
    this.#functions = new StoppedFunctions(options);
  }

  async stack(name: string): Promise<FoundStack | undefined> {
    return await asking(`look at the stack ${name}`, async () => {
      try {
        const { Stacks = [] } = await this.#cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
        const { TemplateBody = '{}' } = await this.#cloudFormation.send(new GetTemplateCommand({ StackName: name }));
        const { StackStatus = '', StackStatusReason = '' } = Stacks[0] ?? {};
        return { status: StackStatus, reason: StackStatusReason, template: JSON.parse(TemplateBody) as unknown };
      } catch (thrown) {
        if (/does not exist/.test((thrown as Error).message)) return undefined;
        throw thrown;
      }
    });
  }

  async drift(stack: string) {
    return await asking(`detect the drift of the stack ${stack}`, async () => {
      const begun = await this.#cloudFormation.send(new DetectStackDriftCommand({ StackName: stack }));
      const id = { StackDriftDetectionId: begun.StackDriftDetectionId };
      for (let polls = 0; ; polls++) {
        const now = await this.#cloudFormation.send(new DescribeStackDriftDetectionStatusCommand(id));
        if (now.DetectionStatus === 'DETECTION_FAILED') throw new Error(now.DetectionStatusReason ?? 'it failed');
        if (now.DetectionStatus === 'DETECTION_COMPLETE') break;
        if (polls === MOST_POLLS) throw new Error('it has not ended in time');
        await setTimeout(POLL_MS);
      }
      const drifts = await this.#cloudFormation.send(
        new DescribeStackResourceDriftsCommand({
          StackName: stack,
          StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'],
        }),
      );
      const drifted = (drifts.StackResourceDrifts ?? []).map(
        ({ LogicalResourceId, ResourceType, StackResourceDriftStatus }) =>
          `${LogicalResourceId} (${ResourceType}, ${StackResourceDriftStatus?.toLowerCase()})`,
      );
      return { drifted };
    });
  }

  async schedules(stack: string): Promise<FoundSchedule[]> {
    return await asking('list schedules', async () => {
      const group = await this.#groupOf(stack);
      const found: FoundSchedule[] = [];
      if (group === undefined) return found;
      for await (const { Schedules = [] } of paginateListSchedules({ client: this.#scheduler }, { GroupName: group })) {
        found.push(...Schedules.map(({ Name = '', State }) => ({ name: Name, enabled: State === 'ENABLED' })));
      }
      return found;
    });
  }

  async scheduleAbout(stack: string, name: string): Promise<string> {
    return await asking('look at schedules', async () => {
      const group = await this.#groupOf(stack);
      const { Description = '' } = await this.#scheduler.send(new GetScheduleCommand({ Name: name, GroupName: group }));
      return Description;
    });
  }

  async alarms() {
    return await asking('look at alarms', async () => await listAlarms(this.#deployment));
  }

  async listeners(topicArn: string): Promise<Listeners> {
    return await asking(`list who listens to ${topicArn}`, async () => {
      let [confirmed, pending] = [0, 0];
      const pages = paginateListSubscriptionsByTopic({ client: this.#sns }, { TopicArn: topicArn });
      for await (const { Subscriptions = [] } of pages) {
        for (const { SubscriptionArn = '' } of Subscriptions) {
          if (SubscriptionArn.startsWith('arn:')) confirmed++;
          else if (SubscriptionArn === 'PendingConfirmation') pending++;
        }
      }
      return { confirmed, pending };
    });
  }

  async deliveryStream(name: string): Promise<FoundStream | undefined> {
    return await asking(`look at the stream ${name}`, async () => {
      const asked = new DescribeDeliveryStreamCommand({ DeliveryStreamName: name });
      const found = await orNone(this.#firehose.send(asked), 'ResourceNotFoundException');
      const { DeliveryStreamStatus: status = '', FailureDescription } = found?.DeliveryStreamDescription ?? {};
      return found && { status, reason: FailureDescription?.Details ?? '', buckets: bucketsIn(found) };
    });
  }

  async stoppedAt(functionArn: string): Promise<number | undefined> {
    return await asking(`look at the function ${functionArn}`, async () => {
      return (await this.#functions.find(functionArn)).stoppedAt;
    });
  }

  async files(functionArn: string): Promise<FunctionFiles> {
    return await asking(
      `look at the layers of ${functionArn}`,
      async () => await deployedFiles(this.#lambda, functionArn),
    );
  }

  async secretExists(name: string): Promise<boolean> {
    return await asking(`look at the secret ${name}`, async () => {
      const asked = new DescribeSecretCommand({ SecretId: name });
      const found = await orNone(this.#secrets.send(asked), 'ResourceNotFoundException');
      return found !== undefined && found.DeletedDate === undefined;
    });
  }

  async secretValue(name: string): Promise<string> {
    return await asking(`read the secret ${name}`, async () => {
      const { SecretString = '' } = await this.#secrets.send(new GetSecretValueCommand({ SecretId: name }));
      return SecretString;
    });
  }

  async bucketExists(name: string): Promise<boolean> {
    return await asking(`look at the bucket ${name}`, async () => {
      const asked = new HeadBucketCommand({ Bucket: name });
      return (await orNone(this.#s3.send(asked), 'NotFound')) !== undefined;
    });
  }

  async region(): Promise<string> {
    return await asking('find the Region', async () => await this.#firehose.config.region());
  }

  async ask(probe: SignedProbe): Promise<ProbeResult> {
    const credentials = await asking('find credentials', async () => await this.#firehose.config.credentials());
    return await askSigned(probe, credentials);
  }

  async #groupOf(stack: string): Promise<string | undefined> {
    const group = this.#groups.get(stack) ?? this.#findGroup(stack);
    this.#groups.set(stack, group);
    return await group;
  }

  async #findGroup(stack: string): Promise<string | undefined> {
    const pages = paginateListStackResources({ client: this.#cloudFormation }, { StackName: stack });
    for await (const { StackResourceSummaries = [] } of pages) {
      const group = StackResourceSummaries.find(({ ResourceType }) => ResourceType === 'AWS::Scheduler::ScheduleGroup');
      if (group) return group.PhysicalResourceId;
    }
    return undefined;
  }
}

/** The buckets of a stream, wherever its description names them: each kind of destination has a place of its own. */
function bucketsIn(description: unknown): string[] {
  if (typeof description !== 'object' || description === null) return [];
  const own = Object.entries(description).flatMap(([key, value]) =>
    key === 'BucketARN' && typeof value === 'string' ? [value.split(':').at(-1) ?? ''] : bucketsIn(value),
  );
  return [...new Set(own)];
}

async function orNone<T>(asking: Promise<T>, none: string): Promise<T | undefined> {
  return await asking.catch((thrown: Error) => {
    if (thrown.name === none) return undefined;
    throw thrown;
  });
}

async function asking<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { name = '', message = '', cause } = thrown as Error;
    const status = (thrown as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    const isDenied = status === 403 || DENIED.test(`${name}: ${message} ${(cause as Error | undefined)?.name ?? ''}`);
    if (isDenied && !/ExpiredToken|security token/i.test(`${name}: ${message}`)) throw new Denied(action, thrown);
    throw sayAwsError(`Could not ${action}`, thrown);
  }
}
