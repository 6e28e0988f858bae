import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { BackfillInput } from '../../../lib/functions/backfill-machines.ts';

/** A stand-in for the AWS account that the command line works on: stacks, functions, state machines and a bucket. */
export interface CloudAccount {
  readonly url: string;
  /** The outputs of each stack, by its name. */
  readonly outputs: Record<string, Record<string, string>>;
  /** Objects by bucket and key. */
  readonly objects: Map<string, Uint8Array>;
  /** Running executions with their inputs. */
  readonly executions: Map<string, { machine: string; input: BackfillInput }>;
  /** Functions by their ARNs, as far as they are looked at, stopped and started. */
  readonly functions: Map<string, FakeFunction>;
  /** The names of all requested operations, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

export interface FakeFunction {
  readonly timeout: number;
  /** How long each of its destinations' streams may hold an event. Undefined if an older version has deployed it. */
  readonly heldFor: readonly (number | undefined)[];
  /** The reserved concurrency, if there is one. */
  reserved?: number | undefined;
  tags: Record<string, string>;
  /** The SHA-256 of its code and of its only layer, in base64. */
  files?: { code: string; layer: string };
}

/** Answers an invocation of a function. An error that it throws is reported as Lambda does. */
export type Invoke = (functionArn: string, input: object) => Promise<unknown>;

export async function startCloudAccount(invoke: Invoke): Promise<CloudAccount> {
  const account = {
    url: '',
    outputs: {} as Record<string, Record<string, string>>,
    objects: new Map<string, Uint8Array>(),
    executions: new Map<string, { machine: string; input: BackfillInput }>(),
    functions: new Map<string, FakeFunction>(),
    asked: [] as string[],
  };
  const server = createServer((request, response) => {
    answer(account, invoke, request, response).catch((thrown: Error) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(thrown.stack);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  account.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...account,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The ARN of a layer’s version here, up to its hash. */
const LAYER = 'arn:aws:lambda:eu-west-1:111122223333:layer:files:';

type State = Omit<CloudAccount, 'close'>;

async function answer(account: State, invoke: Invoke, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const target = String(request.headers['x-amz-target'] ?? '');
  const body = await text(request);
  if (target.startsWith('AWSStepFunctions.')) return stepFunctions(account, target, JSON.parse(body), response);
  const managed = /^\/(?:[\d-]+)\/(?:functions|tags)\/([^/]+)(?:\/(concurrency|configuration))?$/.exec(url.pathname);
  if (managed) {
    const [, arn = '', what = 'tags'] = managed;
    return manage(account, { arn: decodeURIComponent(arn), what, method: request.method ?? '', url, body }, response);
  }
  const layer = url.searchParams.get('find') === 'LayerVersion' && url.searchParams.get('Arn');
  if (layer) {
    account.asked.push('GetLayerVersionByArn');
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ Content: { CodeSha256: layer.slice(LAYER.length) } }));
    return;
  }
  const [, functionArn] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(url.pathname) ?? [];
  if (functionArn !== undefined)
    return await lambda(
      account,
      invoke,
      { functionArn: decodeURIComponent(functionArn), input: JSON.parse(body) },
      response,
    );
  if (body.includes('Action=DescribeStacks'))
    return stacks(account, new URLSearchParams(body).get('StackName') ?? '', response);
  s3(account, request.method ?? '', url, response);
}

function stacks({ outputs, asked }: State, name: string, response: ServerResponse): void {
  asked.push('DescribeStacks');
  const own = outputs[name];
  const head = { 'content-type': 'text/xml' };
  if (!own) {
    response
      .writeHead(400, head)
      .end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`,
      );
    return;
  }
  const members = Object.entries(own).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  response
    .writeHead(200, head)
    .end(
      `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    );
}

interface Managing {
  readonly arn: string;
  readonly what: string;
  readonly method: string;
  readonly url: URL;
  readonly body: string;
}

/** What Lambda answers about a function's settings, and does to them. */
function manage(
  { functions, asked }: State,
  { arn, what, method, url, body }: Managing,
  response: ServerResponse,
): void {
  const one = functions.get(arn);
  asked.push(`${method} ${what} ${arn}`);
  const send = (answered: object) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
  if (!one) {
    response.writeHead(404, { 'x-amzn-errortype': 'ResourceNotFoundException' }).end('{"Message":"no such function"}');
    return;
  }
  if (what === 'configuration') {
    const list = one.heldFor.map((heldFor) => ({ id: 'x', deliveryStream: 'x', heldFor, shape: { format: 'ecs' } }));
    return void send({
      Timeout: one.timeout,
      ...(one.files && { CodeSha256: one.files.code, Layers: [{ Arn: `${LAYER}${one.files.layer}` }] }),
      Environment: { Variables: { TIDEMARK_DESTINATIONS: JSON.stringify(list) } },
    });
  }
  if (what === 'concurrency') {
    if (method === 'PUT') one.reserved = JSON.parse(body).ReservedConcurrentExecutions;
    if (method === 'DELETE') one.reserved = undefined;
    return void send(one.reserved === undefined ? {} : { ReservedConcurrentExecutions: one.reserved });
  }
  if (method === 'POST') Object.assign(one.tags, JSON.parse(body).Tags);
  if (method === 'DELETE') for (const key of url.searchParams.getAll('tagKeys')) delete one.tags[key];
  send(method === 'GET' ? { Tags: one.tags } : {});
}

interface Invocation {
  readonly functionArn: string;
  readonly input: object;
}

async function lambda(
  { asked }: State,
  invoke: Invoke,
  { functionArn, input }: Invocation,
  response: ServerResponse,
): Promise<void> {
  asked.push('Invoke');
  try {
    const answered = await invoke(functionArn, input);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
  } catch (thrown) {
    const { name: errorType, message: errorMessage } = thrown as Error;
    response
      .writeHead(200, { 'content-type': 'application/json', 'x-amz-function-error': 'Unhandled' })
      .end(JSON.stringify({ errorType, errorMessage, trace: [] }));
  }
}

function stepFunctions(
  { executions, asked }: State,
  target: string,
  input: Record<string, string>,
  response: ServerResponse,
): void {
  const operation = target.split('.')[1] ?? '';
  asked.push(operation);
  const send = (answered: object) =>
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answered));
  switch (operation) {
    case 'ListExecutions': {
      const own = [...executions].filter(([, { machine }]) => machine === input.stateMachineArn);
      send({ executions: own.map(([executionArn]) => ({ executionArn })) });
      return;
    }
    case 'StartExecution': {
      const { stateMachineArn = '', name = '' } = input;
      const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      executions.set(executionArn, { machine: stateMachineArn, input: JSON.parse(input.input ?? '') });
      send({ executionArn, startDate: 0 });
      return;
    }
    case 'StopExecution':
      executions.delete(input.executionArn ?? '');
      send({ stopDate: 0 });
      return;
    default:
      throw new Error(`${operation} is not known here`);
  }
}

/** Lists a bucket's objects, a few for each page. */
const PAGE = 2;

function s3({ objects, asked }: State, method: string, url: URL, response: ServerResponse): void {
  const key = decodeURIComponent(url.pathname.slice(1));
  if (method === 'GET' && url.searchParams.has('list-type')) {
    asked.push('ListObjectsV2');
    const prefix = `${key.replace(/\/$/, '')}/${url.searchParams.get('prefix') ?? ''}`;
    const all = [...objects]
      .filter(([name]) => name.startsWith(prefix))
      .sort(([one], [other]) => (one < other ? -1 : 1));
    const after = url.searchParams.get('continuation-token') ?? '';
    const page = all.filter(([name]) => name > after).slice(0, PAGE);
    const more = page.length === PAGE && all.at(-1)?.[0] !== page.at(-1)?.[0];
    const contents = page.map(
      ([name, bytes]) =>
        `<Contents><Key>${name.slice(name.indexOf('/') + 1)}</Key><Size>${bytes.length}</Size><LastModified>2026-01-10T09:00:00.000Z</LastModified></Contents>`,
    );
    const next = more ? `<NextContinuationToken>${page.at(-1)?.[0]}</NextContinuationToken>` : '';
    response
      .writeHead(200, { 'content-type': 'application/xml' })
      .end(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`);
    return;
  }
  const object = objects.get(key);
  asked.push(`${method === 'GET' ? 'GetObject' : 'DeleteObject'} ${key}`);
  if (method === 'GET' && object) response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(object);
  else if (method === 'DELETE') {
    objects.delete(key);
    response.writeHead(204).end();
  } else response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>');
}
