import { CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

export const BUCKET = 'CodeBucket';
export const PREFIX = 'CodePrefix';
/** Where the zips and templates are in the bucket, unless somebody chooses another place. */
export const USUAL_PREFIX = 'tidemark/';

/** Code that the deployer has put into a bucket: the bucket and the beginning of the key are parameters of the template. */
export class BucketCode extends Code {
  readonly isInline = false;
  readonly #name: string;

  /** @param name the name of the zip below the prefix */
  constructor(name: string) {
    super();
    this.#name = name;
  }

  override bind(scope: Construct): CodeConfig {
    const stack = Stack.of(scope);
    const bucket = parameter(stack, BUCKET, {
      description: 'The bucket with the zips of this release, in the Region of the stack.',
      allowedPattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
      constraintDescription: 'The name of an S3 bucket.',
    });
    const prefix = parameter(stack, PREFIX, {
      description: 'The beginning of their keys. It ends with a slash, unless it is empty.',
      default: USUAL_PREFIX,
      allowedPattern: '^([^/].*/)?$',
      constraintDescription: 'Empty, or a text that ends with a slash and begins with none.',
    });
    return {
      s3Location: { bucketName: bucket.valueAsString, objectKey: Fn.join('', [prefix.valueAsString, this.#name]) },
    };
  }
}

function parameter(stack: Stack, name: string, props: object): CfnParameter {
  const there = stack.node.tryFindChild(name);
  return there instanceof CfnParameter ? there : new CfnParameter(stack, name, { type: 'String', ...props });
}
