/** What a run does that somebody outside of it can see: requests to the table, Firehose, Secrets Manager and the vendor. */
export const STEPS = [
  'secret read',
  'lease taken',
  'signed in',
  'connection noted',
  'seen read',
  'page asked',
  'quarantined',
  'records put',
  'seen written',
  'going on noted',
  'checkpoint committed',
  'snapshot saved',
  'pending committed',
  'promoted',
  'old snapshots dropped',
  'ledger written',
  'lease returned',
] as const;

export type Step = (typeof STEPS)[number];

/** A request to an AWS service, as its protocol has it. */
export interface AwsRequest {
  readonly target: string;
  readonly body: Record<string, unknown>;
}

type Attributes = Readonly<Record<string, { readonly S?: string; readonly N?: string } | undefined>>;

/** What only asks. */
const READS = new Set([
  'DynamoDB_20120810.GetItem',
  'DynamoDB_20120810.Query',
  'Firehose_20150804.DescribeDeliveryStream',
]);

/** Tells the steps of one run from its requests, in their order. */
export class StepTeller {
  #fence = '';

  /** None for what is read beside, and for the deployment's key, which its first worker makes. A write that nobody knows is a step that is missing here. */
  aws({ target, body }: AwsRequest): Step | undefined {
    switch (target) {
      case 'secretsmanager.GetSecretValue':
        return 'secret read';
      case 'Firehose_20150804.PutRecordBatch':
        return 'records put';
      case 'DynamoDB_20120810.Query':
        return JSON.stringify(body.ExpressionAttributeValues).includes('"seen#') ? 'seen read' : undefined;
      case 'DynamoDB_20120810.PutItem':
        return this.#put(body.Item as Attributes);
      case 'DynamoDB_20120810.BatchWriteItem':
        return batchStep(body);
    }
    if (READS.has(target)) return undefined;
    throw new Error(`${target} is no step`);
  }

  vendor(method: string): Step {
    return method === 'POST' ? 'signed in' : 'page asked';
  }

  /** A checkpoint that is written: what of it is new tells why. */
  #put({ sk, fence, owner, state }: Attributes): Step | undefined {
    if (sk?.S === 'seal-key') return undefined;
    if (sk?.S === 'state') return 'connection noted';
    if (sk?.S?.startsWith('ledger#')) return 'ledger written';
    if (sk?.S !== 'checkpoint') throw new Error(`the write of ${sk?.S} is no step`);
    const before = this.#fence;
    this.#fence = fence?.N ?? '';
    if (this.#fence !== before) return 'lease taken';
    if (owner === undefined) return 'lease returned';
    const { pending, snapshot } = JSON.parse(state?.S ?? '{}') as { pending?: unknown; snapshot?: unknown };
    if (pending !== undefined) return 'pending committed';
    return snapshot !== undefined ? 'promoted' : 'checkpoint committed';
  }
}

function batchStep(body: Record<string, unknown>): Step | undefined {
  const [requests = []] = Object.values(body.RequestItems as Record<string, Record<string, never>[]>);
  const text = JSON.stringify(requests);
  if (text.includes('"S":"seen#')) return 'seen written';
  if (text.includes('"S":"quarantine#')) return 'quarantined';
  if (text.includes('"S":"ongoing#')) return 'going on noted';
  if (!text.includes('"S":"snapshot#')) throw new Error(`the write of ${text.slice(0, 200)} is no step`);
  return text.includes('DeleteRequest') ? 'old snapshots dropped' : 'snapshot saved';
}
