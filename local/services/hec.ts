import { randomUUID } from 'node:crypto';
import { Mask } from '../../functions/shell/telemetry/mask.ts';
import { AwsError } from './service.ts';

/** A Splunk HTTP Event Collector that takes events in place of a folder. */
export interface Hec {
  readonly url: string;
  readonly token: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Sends envelopes to Splunk's event endpoint, one after the other as Firehose does. Splunk takes a request whole or not at all;
 * what it refuses for now is refused like a full delivery stream, what it will never take like a wrong argument.
 */
export async function sendToHec({ url, token }: Hec, records: readonly Buffer[]): Promise<void> {
  // An answer may echo what it was sent, and a header that cannot be sent is quoted by who refuses it.
  const mask = new Mask();
  mask.hide(token);
  const answer = await fetch(`${url.replace(/\/+$/, '')}/services/collector/event`, {
    method: 'POST',
    // A token with indexer acknowledgement wants a channel; one without does not mind it.
    headers: { authorization: `Splunk ${token}`, 'x-splunk-request-channel': randomUUID() },
    body: Buffer.concat(records),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((thrown: Error) => {
    throw new AwsError(
      'ServiceUnavailableException',
      `Splunk at ${url} cannot be reached: ${mask.redact(reason(thrown))}`,
      503,
    );
  });
  const said = `Splunk at ${url} answered ${answer.status}: ${mask.redact(await answer.text()).slice(0, 200)}`;
  if (answer.ok) return;
  const later = answer.status === 429 || answer.status >= 500;
  throw later ? new AwsError('ServiceUnavailableException', said, 503) : new AwsError('InvalidArgumentException', said);
}

function reason(thrown: Error): string {
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
}
