import { randomUUID } from 'node:crypto';
import type { ConfiguredDestination } from '../../functions/core/config/destination.ts';
import { clean } from '../../functions/core/events/excerpt.ts';
import type { Finding } from '../../functions/core/examine/finding.ts';
import type { ProbeAnswer, ProbeRequest, ProbeResult, Probing } from '../../functions/destinations/probe.ts';
import { Mask } from '../../functions/shell/telemetry/mask.ts';

const TIMEOUT_MS = 10_000;
/** What of an answer is read. */
const MAX_CHARACTERS = 200_000;

/** An endpoint, with the fields of its secret. */
interface Endpoint {
  readonly subject: string;
  readonly url: string;
  readonly secret: Readonly<Record<string, string>>;
}

/** Asks an endpoint each question of its type, until one shows what is wrong. No question sends an event. */
export async function probeEndpoint(
  { subject, url, secret }: Endpoint,
  destination: ConfiguredDestination,
  { credential, probes }: Probing,
): Promise<Finding<string>[]> {
  const { header, scheme, field } = credential;
  const token = secret[field] ?? '';
  const mask = new Mask();
  mask.hide(token);
  const findings: Finding<string>[] = [];
  const questions = probes(destination, randomUUID());
  for (const [at, { check, request, read }] of questions.entries()) {
    const result = await askEndpoint(url, request, { [header]: `${scheme} ${token}` }, read);
    const found = `${url}: ${clean(mask.redact(result.found))}`;
    if (result.ok) findings.push({ subject, check, ok: true, found, remedy: '' });
    else {
      const waiting = questions.slice(at + 1).map((question) => question.check);
      return [...findings, { subject, check, ok: false, found, remedy: result.remedy, waiting }];
    }
  }
  return findings;
}

/** Sends a question with headers that show who asks. */
export async function askEndpoint(
  url: string,
  { method, path, headers, body }: ProbeRequest,
  credential: Readonly<Record<string, string>>,
  read: (answer: ProbeAnswer) => ProbeResult,
): Promise<ProbeResult> {
  try {
    const answer = await fetch(urlOf(url, path), {
      method,
      headers: { ...headers, ...credential },
      // The credential must go nowhere else.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body !== undefined && { body }),
    });
    return read({ status: answer.status, text: (await answer.text()).slice(0, MAX_CHARACTERS) });
  } catch (thrown) {
    const { cause, message } = thrown as Error;
    const why = cause instanceof Error ? cause.message : message;
    return {
      ok: false,
      found: `no answer: ${why}`,
      remedy:
        'Check that it runs, its address, its certificate, and what stands between: proxy, firewall, load balancer.',
    };
  }
}

/** The URL of a path below another one. */
export function urlOf(url: string, path: string): string {
  return `${url.replace(/\/+$/, '')}${path}`;
}
