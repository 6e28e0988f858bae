import { AwsError, type Operation, type ServeOptions, type Service, serve } from '../local/services/service.ts';

/** Billed requests to the table and to Secrets Manager so far. */
export interface Usage {
  /** Request units: 4 KB strongly consistent, 1 KB written. */
  reads: number;
  writes: number;
  /** Calls to the table and to Secrets Manager. */
  tableCalls: number;
  secretCalls: number;
}

/** DynamoDB's operations that Tidemark uses: which unit they are counted in. */
const TABLE = { GetItem: 'reads', Query: 'reads', PutItem: 'writes', BatchWriteItem: 'writes' } as const;

/** A table that counts what DynamoDB would bill: the one behind it is asked for the capacity of each call. */
export async function meterTable(behind: string, usage: Usage, options: ServeOptions): Promise<Service> {
  const operations = Object.fromEntries(
    Object.entries(TABLE).map(([name, unit]) => [
      name,
      async (input) => {
        usage.tableCalls += 1;
        try {
          const asked = { ...input, ReturnConsumedCapacity: 'TOTAL' };
          const answer = await pass(behind, `DynamoDB_20120810.${name}`, '1.0', asked);
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
  return await serve(
    { target: 'DynamoDB_20120810', jsonVersion: '1.0', internalError: 'InternalServerError', operations },
    options,
  );
}

export async function meterSecrets(behind: string, usage: Usage, options: ServeOptions): Promise<Service> {
  const GetSecretValue: Operation = async (input) => {
    usage.secretCalls += 1;
    return await pass(behind, 'secretsmanager.GetSecretValue', '1.1', input);
  };
  return await serve(
    {
      target: 'secretsmanager',
      jsonVersion: '1.1',
      internalError: 'InternalServiceError',
      operations: { GetSecretValue },
    },
    options,
  );
}

interface Capacity {
  readonly CapacityUnits: number;
}

function unitsOf(answer: object): number {
  const { ConsumedCapacity: used } = answer as { ConsumedCapacity?: Capacity | readonly Capacity[] };
  return [used ?? []].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
}

async function pass(url: string, target: string, version: string, input: object): Promise<object> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'x-amz-target': target, 'content-type': `application/x-amz-json-${version}`, authorization: 'local' },
    body: JSON.stringify(input),
  });
  const body = (await answer.json()) as { __type?: string; message?: string };
  if (answer.ok) return body;
  throw new AwsError(body.__type ?? '', body.message ?? '', answer.status);
}
