import { hash } from 'node:crypto';
import type { ProbeResult, SignedProbe } from '../../../functions/destinations/probe.ts';
import { Signatures } from '../../../local/services/access/signature.ts';
import { askEndpoint, urlOf } from '../probe-endpoint.ts';

/** Credentials as AWS's clients find them in the environment. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Asks an endpoint of AWS with these credentials. */
export async function askSigned(
  { url, request, service, region, read }: SignedProbe,
  { sessionToken, ...key }: Credentials,
): Promise<ProbeResult> {
  const { method, path, headers, body = '' } = request;
  const signed = new Signatures(key).sign(new URL(urlOf(url, path)), {
    method,
    service,
    region,
    body,
    headers: {
      ...headers,
      // Some services sign the body only by its hash in a header.
      'x-amz-content-sha256': hash('sha256', body),
      ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    },
  });
  return await askEndpoint(url, request, signed, read);
}
