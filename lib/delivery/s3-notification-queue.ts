import { ArnFormat, Aws, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { type CfnQueuePolicy, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { accept, acceptWildcards } from '../account/accept.ts';
import { readWithKey } from '../account/key.ts';

/** A message that was received so often and never deleted goes to the dead-letter queue: its reader cannot read the object. */
const MOST_RECEIVES = 5;
/** How long a reader has for an object before the message is shown again. Readers that need longer extend it themselves. */
const READ_WITHIN = Duration.minutes(10);
const KEPT_FOR = Duration.days(7);
/** A message keeps its age when it becomes a dead letter. */
const DEAD_LETTERS_KEPT_FOR = Duration.days(14);

export interface NotificationQueueProps {
  /** The id of the destination whose objects are announced. */
  readonly destination: string;
  readonly archive: IBucket;
  readonly key: IKey | undefined;
  readonly path: string;
}

/** A queue in which S3 announces each new object of a destination, for one reader, and a policy with all that the reader needs. */
export class NotificationQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  /** S3 tries the queue when it is configured: its policy has to be there before. */
  readonly policy: CfnQueuePolicy;

  constructor(scope: Construct, id: string, props: NotificationQueueProps) {
    super(scope, id);
    const { destination, archive, key, path } = props;
    const common = {
      enforceSSL: true,
      ...(key
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key }
        : { encryption: QueueEncryption.SQS_MANAGED }),
    };
    this.deadLetters = new Queue(this, 'DeadLetters', { ...common, retentionPeriod: DEAD_LETTERS_KEPT_FOR });
    accept(this.deadLetters, {
      'AwsSolutions-SQS3': 'It is itself the dead-letter queue.',
      'Serverless-SQSRedrivePolicy': 'It is itself the dead-letter queue.',
    });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      retentionPeriod: KEPT_FOR,
      visibilityTimeout: READ_WITHIN,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MOST_RECEIVES },
    });
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': futureArn(archive) },
        },
      }),
    );
    this.policy = this.queue.node.findChild('Policy').node.defaultChild as CfnQueuePolicy;
    const output = (name: string, value: string, description: string) =>
      new CfnOutput(this, name, { value, description: `New objects of ${destination}: ${description}` });
    output('QueueUrl', this.queue.queueUrl, 'the queue.');
    output('QueueArn', this.queue.queueArn, 'the queue.');
    output('DeadLettersUrl', this.deadLetters.queueUrl, 'the queue of what the reader could not read.');
    const reader = this.#makeReaderPolicy(archive, `${destination}/`, key, path);
    output('ReaderPolicyArn', reader.managedPolicyArn, 'the policy to attach to the role or user of the reader.');
  }

  #makeReaderPolicy(archive: IBucket, prefix: string, key: IKey | undefined, path: string): ManagedPolicy {
    const policy = new ManagedPolicy(this, 'Reader', {
      path,
      description: `Tidemark: reads the archived objects below ${prefix} and the queue that announces them.`,
      statements: [
        new PolicyStatement({
          actions: [
            'sqs:ChangeMessageVisibility',
            'sqs:DeleteMessage',
            'sqs:GetQueueAttributes',
            'sqs:GetQueueUrl',
            'sqs:ReceiveMessage',
          ],
          resources: [this.queue.queueArn],
        }),
        new PolicyStatement({ actions: ['s3:GetObject'], resources: [`${archive.bucketArn}/${prefix}*`] }),
        new PolicyStatement({ actions: ['s3:GetBucketLocation'], resources: [archive.bucketArn] }),
        new PolicyStatement({
          actions: ['s3:ListBucket'],
          resources: [archive.bucketArn],
          conditions: { StringLike: { 's3:prefix': [prefix, `${prefix}*`] } },
        }),
        ...readWithKey(key, ['s3', 'sqs']),
      ],
    });
    acceptWildcards(policy, { [`/${prefix}*`]: 'Firehose names the objects; these are the ones of one destination.' });
    return policy;
  }
}

/** CloudFormation shortens the parts of a long name, but not below this length. */
const LEAST_OF_STACK_NAME = 20;

/**
 * The ARN that the bucket will have, as far as it is certain: CloudFormation makes its name from that of the stack and more. The bucket
 * itself cannot be referred to: it is made after the queue's policy.
 */
function futureArn(bucket: IBucket): string {
  const stack = Stack.of(bucket);
  return stack.formatArn({
    service: 's3',
    region: '',
    account: '',
    resource: `${stack.stackName.toLowerCase().slice(0, LEAST_OF_STACK_NAME)}*`,
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });
}
