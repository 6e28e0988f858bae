import { randomUUID } from 'node:crypto';
import { Mask } from '../../functions/shell/telemetry/mask.ts';
import { AwsError } from './aws-error.ts';
import type { MakeEndpoint } from './endpoint.ts';

/** A Splunk HTTP Event Collector. */
export interface Hec {
  readonly url: string;
  readonly token: string;
}

const TIMEOUT_MS = 10_000;

/** Sends to a Splunk HTTP Event Collector in place of a folder. */
export const hecEndpoint: MakeEndpoint =
  (url, { hec_token: token = '' }) =>
  async (records) => {
    await sendToHec({ url, token }, records);
    return [];
  };

/**
 * Sends envelopes to Splunk's event endpoint, one after the other as Firehose does. Splunk takes a request as a whole or not at all.
 * A refusal that may pass is answered like a full delivery stream, a final one like a wrong argument.
 */
export async function sendToHec({ url, token }: Hec, records: readonly Buffer[]): Promise<void> {
  // An answer may echo what was sent, and the error about a header that cannot be sent quotes it.
  const mask = new Mask();
  mask.hide(token);
  const answer = await fetch(`${url.replace(/\/+$/, '')}/services/collector/event`, {
    method: 'POST',
    // A token with indexer acknowledgement requires a channel; others ignore it.
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
  const answered = `Splunk at ${url} answered ${answer.status}: ${mask.redact(await answer.text()).slice(0, 200)}`;
  if (answer.ok) return;
  const later = answer.status === 429 || answer.status >= 500;
  throw later
    ? new AwsError('ServiceUnavailableException', answered, 503)
    : new AwsError('InvalidArgumentException', answered);
}

function reason(thrown: Error): string {
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
}
