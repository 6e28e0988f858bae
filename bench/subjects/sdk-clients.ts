// The three clients that every function has.
export { DynamoDBClient } from '@aws-sdk/client-dynamodb';
export { FirehoseClient } from '@aws-sdk/client-firehose';
export { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
