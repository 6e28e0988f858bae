import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { SECOND } from '../../functions/core/time.ts';
import { BUFFER, opensearchSettings } from '../../functions/destinations/opensearch/destination.ts';
import { INDEX_PREFIX } from '../../functions/destinations/opensearch/index-template.ts';
import { ASIDE_BUFFER, RETRIED_FOR } from '../../functions/destinations/put-aside.ts';
import { acceptWildcards } from '../account/accept.ts';
import type { DeliveryProps } from './delivery.ts';
import { puttingAside } from './put-aside.ts';

/** Firehose sends what it has collected as soon as it has so much, or after `BUFFER`. */
const BUFFER_MB = 5;

type Settings = ReturnType<typeof opensearchSettings>;

/** Sends a source's events to an OpenSearch domain or serverless collection, each as a document. */
export class OpensearchDelivery extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    const settings = opensearchSettings(props.destination);
    const { endpoint = '', domainArn, rotation, collection, vpc } = settings;
    const granted = collection ? useCollection(collection) : useDomain(domainArn ?? '', indexOf(props));
    const { role, stream, s3Configuration, logTo } = puttingAside(this, props, ASIDE_BUFFER, [
      ...granted.statements,
      ...useVpc(settings),
    ]);
    acceptWildcards(role, { ...granted.wildcards, ...(vpc && { 'Resource::*': VPC_REASON }) });
    const common = {
      indexName: indexOf(props),
      bufferingHints: { intervalInSeconds: BUFFER / SECOND, sizeInMBs: BUFFER_MB },
      retryOptions: { durationInSeconds: RETRIED_FOR / SECOND },
      roleArn: role.roleArn,
      s3BackupMode: 'FailedDocumentsOnly',
      s3Configuration,
      cloudWatchLoggingOptions: logTo('ToIndex'),
      ...(vpc && {
        vpcConfiguration: { roleArn: role.roleArn, subnetIds: vpc.subnets, securityGroupIds: vpc.securityGroups },
      }),
    };
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      ...stream,
      ...(collection
        ? { amazonOpenSearchServerlessDestinationConfiguration: { ...common, collectionEndpoint: endpoint } }
        : {
            amazonopensearchserviceDestinationConfiguration: {
              ...common,
              domainArn: domainArn ?? '',
              indexRotationPeriod: rotation,
              // The same id for each attempt of Firehose: its own retries make no second document.
              documentIdOptions: { defaultDocumentIdFormat: 'FIREHOSE_DEFAULT' },
            },
          }),
    });
  }
}

/** The index, or the beginning of the names of the indexes. */
function indexOf({ destination }: DeliveryProps): string {
  return `${INDEX_PREFIX}${destination.id}`;
}

interface Granted {
  readonly statements: readonly PolicyStatement[];
  readonly wildcards: Readonly<Record<string, string>>;
}

/** What Firehose documents for a domain: it looks at the domain, and writes to its indexes by one path for all of them. */
function useDomain(domain: string, index: string): Granted {
  const reads = [
    '_all/_settings',
    '_cluster/stats',
    `${index}*/_mapping/*`,
    '_nodes',
    '_nodes/stats',
    '_nodes/*/stats',
    '_stats',
    `${index}*/_stats`,
  ];
  const reason =
    'Firehose writes in bulk by a path of the whole domain; the domain’s own policy decides about indexes.';
  return {
    statements: [
      new PolicyStatement({
        actions: [
          'es:DescribeDomain',
          'es:DescribeDomainConfig',
          'es:DescribeDomains',
          'es:ESHttpPost',
          'es:ESHttpPut',
        ],
        resources: [domain, `${domain}/*`],
      }),
      new PolicyStatement({
        actions: ['es:ESHttpGet'],
        resources: reads.map((path) => `${domain}/${path}`),
      }),
    ],
    wildcards: Object.fromEntries(['*', ...reads].map((path) => [`/${path}`, reason])),
  };
}

/** Its data access policy decides what the role may do in the collection. */
function useCollection({ id, region }: NonNullable<Settings['collection']>): Granted {
  const collection = `arn:${Aws.PARTITION}:aoss:${region}:${Aws.ACCOUNT_ID}:collection/${id}`;
  return {
    statements: [new PolicyStatement({ actions: ['aoss:APIAccessAll'], resources: [collection] })],
    wildcards: {},
  };
}

const VPC_REASON =
  'Firehose makes network interfaces in the VPC; their ids are not known before, and EC2 lists all of an account.';

function useVpc({ vpc }: Settings): PolicyStatement[] {
  if (!vpc) return [];
  return [
    new PolicyStatement({
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:CreateNetworkInterfacePermission',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcAttribute',
        'ec2:DescribeVpcs',
      ],
      resources: ['*'],
    }),
  ];
}
