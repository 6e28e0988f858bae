import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { httpSettings } from '../../../functions/destinations/http/destination.ts';
import { Mask } from '../../../functions/shell/telemetry/mask.ts';
import { AwsError } from '../aws-error.ts';
import type { MakeEndpoint, Untaken } from '../endpoint.ts';
import { type Answer, judgeAnswer, MAX_ANSWER_BYTES, type Refusal } from './answer.ts';
import { type EndpointRequest, groupRecords, makeRequest, type StreamRequests } from './request.ts';

const MIB = 1024 * 1024;

/**
 * How long a call is tried: whoever puts records waits 15 seconds for it. Firehose in AWS tries for two hours and then puts them
 * aside. Here the feed keeps what was not taken, and its next runs send it again.
 */
const PATIENCE_MS = 10_000;

// Firehose waits a second before it tries again, then twice as long each time, up to two minutes, each 15 % more or less.
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 120_000;
const JITTER = 0.15;

/** What sending needs of the outside world. */
export interface SendHost {
  now(): number;
  random(): number;
  sleep(ms: number): Promise<unknown>;
}

const HOST: SendHost = { now: Date.now, random: Math.random, sleep: pause };

/** Sends to an endpoint that speaks Firehose's protocol, in place of a folder. */
export const httpEndpoint: MakeEndpoint = (url, { api_key: accessKey }, destination) =>
  endpointAt(url, accessKey, httpSettings(destination));

type Settings = Pick<ReturnType<typeof httpSettings>, 'attributes' | 'contentEncoding' | 'receiver'>;

export function endpointAt(
  url: string,
  accessKey: string | undefined,
  { attributes, contentEncoding, receiver }: Settings,
  host: SendHost = HOST,
): ReturnType<MakeEndpoint> {
  return async (records, stream) => {
    const of: StreamRequests = { stream, accessKey, attributes, contentEncoding };
    const until = host.now() + PATIENCE_MS;
    const untaken: Untaken[] = [];
    for (const group of groupRecords(records, (receiver?.bufferMib ?? 1) * MIB)) {
      const about = { id: randomUUID(), at: host.now() };
      const request = makeRequest(
        of,
        group.map((at) => records[at] as Buffer),
        about,
      );
      const refused = await send({ url, accessKey, request, until }, host);
      if (refused) untaken.push(...group.map((record) => ({ record, ...refused })));
    }
    const [first] = untaken;
    if (first && untaken.length === records.length && !untaken.some(({ isFinal }) => isFinal))
      throw new AwsError('ServiceUnavailableException', `${first.code}: ${first.message}`, 503);
    return untaken;
  };
}

interface Sending {
  readonly url: string;
  readonly accessKey: string | undefined;
  readonly request: EndpointRequest;
  readonly until: number;
}

/** Tries a request, with the same id, until it is taken, refused for good, or the time is up. Undefined: it is taken. */
async function send(sending: Sending, host: SendHost): Promise<(Refusal & { attempts: number }) | undefined> {
  let wait = FIRST_WAIT_MS;
  for (let attempts = 1; ; attempts++) {
    const refusal = await attempt(sending, host);
    if (!refusal) return undefined;
    const next = wait * (1 - JITTER + 2 * JITTER * host.random());
    if (refusal.isFinal || host.now() + next >= sending.until) return { ...refusal, attempts };
    await host.sleep(next);
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }
}

async function attempt({ url, accessKey, request, until }: Sending, host: SendHost): Promise<Refusal | undefined> {
  // An answer may echo what was sent, and the error about a header that cannot be sent quotes it.
  const mask = new Mask();
  if (accessKey !== undefined) mask.hide(accessKey);
  const { origin } = new URL(url);
  const say = (refusal: Refusal): Refusal => ({
    ...refusal,
    message: `${origin} answered ${mask.redact(refusal.message).slice(0, 200)}`,
  });
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: request.headers,
      body: request.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.max(1_000, until - host.now())),
    });
    const refusal = judgeAnswer(await read(answer), request.id);
    return refusal && say(refusal);
  } catch (thrown) {
    const { cause, message } = thrown as Error;
    const why = mask.redact(cause instanceof Error ? cause.message : message);
    return { isFinal: false, code: 'HttpEndpoint.ConnectionFailed', message: `${origin} cannot be reached: ${why}` };
  }
}

/** Reads an answer, and not more of it than it may have. */
async function read(answer: Response): Promise<Answer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of answer.body ?? []) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) break;
    pieces.push(piece);
  }
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type'),
    contentEncoding: answer.headers.get('content-encoding'),
    body: bytes > MAX_ANSWER_BYTES ? undefined : Buffer.concat(pieces).toString(),
  };
}
