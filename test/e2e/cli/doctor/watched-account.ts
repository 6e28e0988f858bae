import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A stand-in for what doctor looks at in an account: stacks with their templates, schedules, alarms, a topic, streams, secrets, buckets. */
export interface WatchedAccount {
  readonly url: string;
  /** By name. A test changes what is there. */
  readonly stacks: Map<string, WatchedStack>;
  readonly alarms: WatchedAlarm[];
  /** The ARNs of a topic's subscriptions, as SNS lists them. */
  readonly subscriptions: string[];
  /** The state of each delivery stream. */
  readonly streams: Map<string, string>;
  /** Values of secrets, by name. */
  readonly secrets: Map<string, string>;
  readonly buckets: Set<string>;
  /** Operations that the credentials may not do. */
  readonly denied: Set<string>;
  /** The names of all requested operations, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

export interface WatchedStack {
  status: string;
  template: object;
  readonly outputs: Readonly<Record<string, string>>;
  /** Resources that have drifted, by their logical ids. */
  drifted: string[];
  /** The schedules in it. */
  readonly schedules: { readonly name: string; readonly about: string; state: string }[];
}

export interface WatchedAlarm {
  readonly name: string;
  readonly about: string;
  state: string;
}

export const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:tidemark-forwarding-Topic';
const SINCE = 1_767_225_600;

export async function startWatchedAccount(): Promise<WatchedAccount> {
  const account: Omit<WatchedAccount, 'close' | 'url'> = {
    stacks: new Map(),
    alarms: [],
    subscriptions: [],
    streams: new Map(),
    secrets: new Map(),
    buckets: new Set(),
    denied: new Set(),
    asked: [],
  };
  const server = createServer((request, response) => {
    answer(account, request, response).catch((thrown: Error) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(thrown.stack);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...account,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

type State = Omit<WatchedAccount, 'close' | 'url'>;

async function answer(account: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const body = await text(request);
  const [, target] = String(request.headers['x-amz-target'] ?? '').split('.');
  const form = new URLSearchParams(body);
  const query = target === undefined ? form.get('Action') : null;
  const operation = target ?? query ?? `${request.method} ${url.pathname.split('/')[1]}`;
  account.asked.push(operation);
  if (account.denied.has(operation)) return refuse(response, query !== null);
  if (query !== null) return answerXml(account, query, form, response);
  if (target !== undefined) return answerJson(account, target, JSON.parse(body) as Record<string, string>, response);
  if (request.method === 'HEAD') {
    response.writeHead(account.buckets.has(url.pathname.replaceAll('/', '')) ? 200 : 404).end();
    return;
  }
  answerSchedules(account, url, response);
}

function refuse(response: ServerResponse, isXml: boolean): void {
  if (isXml) {
    const body =
      '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>';
    response.writeHead(403, { 'content-type': 'text/xml' }).end(body);
    return;
  }
  response.writeHead(400, { 'x-amzn-errortype': 'AccessDeniedException' }).end('{"message":"not authorized"}');
}

function answerXml(account: State, action: string, form: URLSearchParams, response: ServerResponse): void {
  const name = form.get('StackName') ?? '';
  const stack = account.stacks.get(name);
  const send = (result: string) =>
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(`<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`);
  if (action === 'ListSubscriptionsByTopic') {
    const members = account.subscriptions.map((arn) => `<member><SubscriptionArn>${arn}</SubscriptionArn></member>`);
    send(`<Subscriptions>${members.join('')}</Subscriptions>`);
    return;
  }
  if (action === 'DescribeStackDriftDetectionStatus') {
    send('<DetectionStatus>DETECTION_COMPLETE</DetectionStatus>');
    return;
  }
  if (!stack) {
    const message = `<Message>Stack with id ${name} does not exist</Message>`;
    response
      .writeHead(400, { 'content-type': 'text/xml' })
      .end(`<ErrorResponse><Error><Code>ValidationError</Code>${message}</Error></ErrorResponse>`);
    return;
  }
  send(stackAnswer(action, name, stack));
}

function stackAnswer(action: string, name: string, stack: WatchedStack): string {
  switch (action) {
    case 'DescribeStacks': {
      const outputs = Object.entries(stack.outputs).map(
        ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
      );
      return `<Stacks><member><StackName>${name}</StackName><StackStatus>${stack.status}</StackStatus><Outputs>${outputs.join('')}</Outputs></member></Stacks>`;
    }
    case 'GetTemplate':
      return `<TemplateBody><![CDATA[${JSON.stringify(stack.template)}]]></TemplateBody>`;
    case 'DetectStackDrift':
      return '<StackDriftDetectionId>1</StackDriftDetectionId>';
    case 'DescribeStackResourceDrifts': {
      const members = stack.drifted.map(
        (id) =>
          `<member><LogicalResourceId>${id}</LogicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType><StackResourceDriftStatus>MODIFIED</StackResourceDriftStatus></member>`,
      );
      return `<StackResourceDrifts>${members.join('')}</StackResourceDrifts>`;
    }
    case 'ListStackResources':
      return `<StackResourceSummaries><member><ResourceType>AWS::Scheduler::ScheduleGroup</ResourceType><PhysicalResourceId>${name}-Group</PhysicalResourceId></member></StackResourceSummaries>`;
    default:
      throw new Error(`${action} is not known here`);
  }
}

function answerJson(account: State, operation: string, input: Record<string, string>, response: ServerResponse): void {
  const send = (answered: object) =>
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answered));
  const missing = () =>
    response.writeHead(400, { 'x-amzn-errortype': 'ResourceNotFoundException' }).end('{"message":"there is none"}');
  switch (operation) {
    case 'DescribeAlarms': {
      const own = account.alarms.filter(({ name }) => name.startsWith(input.AlarmNamePrefix ?? ''));
      const alarms = own.map(({ name, about, state }) => ({
        AlarmName: name,
        AlarmDescription: about,
        StateValue: state,
        StateTransitionedTimestamp: SINCE,
        AlarmActions: [TOPIC],
      }));
      send({ MetricAlarms: alarms });
      return;
    }
    case 'DescribeDeliveryStream': {
      const status = account.streams.get(input.DeliveryStreamName ?? '');
      if (status === undefined) return void missing();
      const place = { ExtendedS3DestinationDescription: { BucketARN: 'arn:aws:s3:::tidemark-archive' } };
      send({ DeliveryStreamDescription: { DeliveryStreamStatus: status, Destinations: [place] } });
      return;
    }
    case 'DescribeSecret':
      if (!account.secrets.has(input.SecretId ?? '')) return void missing();
      send({ Name: input.SecretId });
      return;
    case 'GetSecretValue':
      send({ Name: input.SecretId, SecretString: account.secrets.get(input.SecretId ?? '') });
      return;
    default:
      throw new Error(`${operation} is not known here`);
  }
}

function answerSchedules({ stacks }: State, url: URL, response: ServerResponse): void {
  const [, , name] = url.pathname.split('/');
  const group = url.searchParams.get('ScheduleGroup') ?? url.searchParams.get('groupName') ?? '';
  const schedules = stacks.get(group.replace(/-Group$/, ''))?.schedules ?? [];
  const send = (answered: object) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
  if (name === undefined || name === '') {
    send({ Schedules: schedules.map((one) => ({ Name: one.name, State: one.state, GroupName: group })) });
    return;
  }
  send({ Name: name, Description: schedules.find((one) => one.name === decodeURIComponent(name))?.about });
}
