import type { Signatures } from '../local/services/access/signature.ts';
import { AwsError } from '../local/services/aws-error.ts';
import { type Operation, type Service, serve } from '../local/services/service.ts';

/** Billed requests to the table and to Secrets Manager so far. */
export interface Usage {
  /** Request units: 4 KB strongly consistent, 1 KB written. */
  reads: number;
  writes: number;
  /** Calls to the table and to Secrets Manager. */
  tableCalls: number;
  secretCalls: number;
}

const TABLE_PROTOCOL = {
  target: 'DynamoDB_20120810',
  signedAs: 'dynamodb',
  jsonVersion: '1.0',
  internalError: 'InternalServerError',
} as const;

const SECRETS_PROTOCOL = {
  target: 'secretsmanager',
  signedAs: 'secretsmanager',
  jsonVersion: '1.1',
  internalError: 'InternalServiceError',
} as const;

/** DynamoDB's operations that Tidemark uses: which unit they are counted in. */
const TABLE = { GetItem: 'reads', Query: 'reads', PutItem: 'writes', BatchWriteItem: 'writes' } as const;

/** The service behind a meter, and who may call the one and the other: their clocks differ. */
export interface Metered {
  readonly behind: string;
  readonly callers: Signatures;
  readonly meter: Signatures;
}

/** A table that counts what DynamoDB would bill: the one behind it is asked for the capacity of each call. */
export async function meterTable(metered: Metered, usage: Usage): Promise<Service> {
  const operations = Object.fromEntries(
    Object.entries(TABLE).map(([name, unit]) => [
      name,
      async (input) => {
        usage.tableCalls += 1;
        try {
          const asked = { ...input, ReturnConsumedCapacity: 'TOTAL' };
          const answer = await pass(metered, TABLE_PROTOCOL, name, asked);
          // A read that finds nothing costs a unit too.
          usage[unit] += Math.max(1, unitsOf(answer));
          return answer;
        } catch (thrown) {
          // So does a write whose condition fails.
          usage[unit] += 1;
          throw thrown;
        }
      },
    ]),
  ) as Record<string, Operation>;
  return await serve({ ...TABLE_PROTOCOL, operations }, metered.callers);
}

export async function meterSecrets(metered: Metered, usage: Usage): Promise<Service> {
  const GetSecretValue: Operation = async (input) => {
    usage.secretCalls += 1;
    return await pass(metered, SECRETS_PROTOCOL, 'GetSecretValue', input);
  };
  return await serve({ ...SECRETS_PROTOCOL, operations: { GetSecretValue } }, metered.callers);
}

interface Capacity {
  readonly CapacityUnits: number;
}

function unitsOf(answer: object): number {
  const { ConsumedCapacity: used } = answer as { ConsumedCapacity?: Capacity | readonly Capacity[] };
  return [used ?? []].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
}

async function pass(
  { behind, meter }: Metered,
  { target, jsonVersion, signedAs }: typeof TABLE_PROTOCOL | typeof SECRETS_PROTOCOL,
  name: string,
  input: object,
): Promise<object> {
  const text = JSON.stringify(input);
  const headers = {
    'x-amz-target': `${target}.${name}`,
    'content-type': `application/x-amz-json-${jsonVersion}`,
  };
  const asked = { method: 'POST', headers, body: text, service: signedAs };
  const answer = await fetch(behind, { method: 'POST', headers: meter.sign(new URL(behind), asked), body: text });
  const body = (await answer.json()) as { __type?: string; message?: string };
  if (answer.ok) return body;
  throw new AwsError(body.__type ?? '', body.message ?? '', answer.status);
}
