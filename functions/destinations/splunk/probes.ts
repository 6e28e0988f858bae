import type { Probe, ProbeAnswer, ProbeResult } from '../probe.ts';

const EVENT = '/services/collector/event';
const HEADER = 'x-splunk-request-channel';

/** What the collector answers, by its own codes. Other codes are told as they are. */
const REPLIES: Readonly<Record<number, { readonly found: string; readonly remedy: string }>> = {
  1: { found: 'the token is disabled', remedy: 'Enable it in Splunk: Settings > Data inputs > HTTP Event Collector.' },
  2: { found: 'the token did not arrive', remedy: 'Look for a proxy that takes the Authorization header out.' },
  3: {
    found: 'the token is not taken in this form',
    remedy: 'Look for a proxy that changes the Authorization header.',
  },
  4: {
    found: 'Splunk does not know the token',
    remedy:
      'Put the token of this collector into the secret: tidemark secret set, with the destination’s id. A new token may take minutes until all indexers know it. A tidemark run on a machine uses it when it is started again.',
  },
  7: {
    found: 'the token may not write to the index',
    remedy: 'Allow the index for the token in Splunk, or change `index` of the destination.',
  },
  9: { found: 'Splunk is busy', remedy: 'Look at its queues and indexers. Firehose sends again for two hours.' },
  14: {
    found: 'the token has no indexer acknowledgement',
    remedy:
      'Enable indexer acknowledgement for the token in Splunk. Firehose needs it; tidemark run on a machine works without.',
  },
  18: { found: 'its queues are full', remedy: 'Look at the indexers behind the collector: they do not keep up.' },
  19: { found: 'its acknowledgement service is not available', remedy: 'Look at the indexers behind the collector.' },
  20: {
    found: 'its queues are full, and its acknowledgement service is not available',
    remedy: 'Look at the indexers behind the collector.',
  },
};

/** The answers that mean what a question hopes for: a valid token without data, and an envelope that was refused for its missing event only. */
const NO_DATA = 5;
const NO_EVENT = [12, 13];

/**
 * Questions to the HTTP Event Collector. None sends an event: one body is empty, and the other is an envelope without an event, which
 * the collector refuses as a whole.
 *
 * @param channel a random UUID: tokens with acknowledgement want one with every request
 */
export function probes(index: string | undefined, channel: string): Probe[] {
  return [
    { check: 'reachable', request: { method: 'GET', path: '/services/collector/health' }, read: readHealth },
    {
      check: 'token',
      request: { method: 'POST', path: EVENT, headers: { [HEADER]: channel }, body: '' },
      read: (answer) => expect(answer, [NO_DATA], 'Splunk knows the token'),
    },
    {
      check: 'acknowledgement',
      request: { method: 'POST', path: `/services/collector/ack?channel=${channel}`, body: '{"acks":[0]}' },
      read: readAcknowledgement,
    },
    ...(index === undefined ? [] : [indexProbe(index, channel)]),
  ];
}

function indexProbe(index: string, channel: string): Probe {
  return {
    check: 'index',
    request: { method: 'POST', path: EVENT, headers: { [HEADER]: channel }, body: JSON.stringify({ index }) },
    // Which of the two Splunk looks at first is not documented. A token without a list of indexes takes any name.
    read: (answer) => expect(answer, NO_EVENT, `Splunk does not refuse the index ${index} for the token`),
  };
}

function readHealth(answer: ProbeAnswer): ProbeResult {
  if (answer.status >= 200 && answer.status < 300) return { ok: true, found: 'the collector is healthy' };
  if (answer.status === 404) {
    const remedy = 'Set hecUrl to the HTTP Event Collector: it has a port or a host name of its own.';
    return { ok: false, found: 'no HTTP Event Collector answers there (404)', remedy };
  }
  return expect(answer, [], '');
}

function readAcknowledgement(answer: ProbeAnswer): ProbeResult {
  const acks = bodyOf(answer).acks;
  const isTold = answer.status === 200 && typeof acks === 'object' && acks !== null;
  return isTold ? { ok: true, found: 'the token has indexer acknowledgement' } : expect(answer, [], '');
}

/** @param codes the answers that are good news */
function expect(answer: ProbeAnswer, codes: readonly number[], found: string): ProbeResult {
  const { code } = bodyOf(answer);
  if (typeof code === 'number' && codes.includes(code)) return { ok: true, found };
  const known = typeof code === 'number' ? REPLIES[code] : undefined;
  if (known) return { ok: false, ...known };
  const said = typeof code === 'number' ? `, code ${code}` : '';
  const remedy =
    answer.status >= 500
      ? 'Look at Splunk and at what stands before it. Firehose sends again for two hours.'
      : 'Check hecUrl: something else than the HTTP Event Collector may be answering there.';
  return { ok: false, found: `an unexpected answer (${answer.status}${said})`, remedy };
}

function bodyOf({ text }: ProbeAnswer): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  } catch {
    // A proxy or a load balancer answers in HTML.
    return {};
  }
}
