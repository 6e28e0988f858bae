import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Deployment } from '../../functions/core/config/deployment.ts';
import { accept } from '../account/accept.ts';

/** Addresses for examples in documents, which belong to nobody. */
const NOBODYS = /@example\.(com|net|org)$/i;

/** What to say if alarms reach nobody and that is not written down as meant. */
export function unheard({ alarms: { none, topicArn, emails } }: Deployment): string | undefined {
  if (none || topicArn !== undefined || emails.some((email) => !NOBODYS.test(email))) return undefined;
  const why = emails.length === 0 ? 'no address and no topic' : 'only example addresses';
  return `ALARMS REACH NOBODY: $.deployment.alarms has ${why}. Set emails in it, or topicArn; or write none in its place, if nobody is to be told.`;
}

/** Returns the topic of all alarms: the configured one, or a new one. */
export function alarmTopic(scope: Construct, { alarms }: Deployment): ITopic {
  if (alarms.topicArn !== undefined) return Topic.fromTopicArn(scope, 'Topic', alarms.topicArn);
  const key = new Key(scope, 'TopicKey', {
    description: 'Tidemark: alarms on their way.',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const topic = new Topic(scope, 'Topic', { displayName: 'Tidemark', masterKey: key, enforceSSL: true });
  // The AWS managed key of SNS does not allow CloudWatch at all. This key and the topic's policy must name CloudWatch, or alarms would be lost.
  const cloudwatch = {
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  };
  key.addToResourcePolicy(
    new PolicyStatement({ ...cloudwatch, actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: ['*'] }),
  );
  topic.addToResourcePolicy(
    new PolicyStatement({ ...cloudwatch, actions: ['sns:Publish'], resources: [topic.topicArn] }),
  );
  for (const email of alarms.emails) {
    accept(topic.addSubscription(new EmailSubscription(email)), {
      'Serverless-SNSRedrivePolicy':
        'An alarm stays in CloudWatch, whether its mail arrives or not; a queue would not be read.',
    });
  }
  return topic as ITopic;
}
