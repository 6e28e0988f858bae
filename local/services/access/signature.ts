import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../aws-error.ts';
import { derive, type Key } from './key.ts';

// AWS's signatures, version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
const ALGORITHM = 'AWS4-HMAC-SHA256';
const TERMINATOR = 'aws4_request';
const LONGEST_AGE_MS = 15 * 60_000;
const MALFORMED = `Authorization header requires 'Credential', 'SignedHeaders' and 'Signature', in this order, after ${ALGORITHM}.`;

/** What a signature is about, without the body. */
interface Signable {
  readonly method: string;
  /** As it stands in the first line of the request. The services know no queries. */
  readonly path: string;
  readonly headers: Readonly<IncomingHttpHeaders>;
}

/** A request that is to be signed. */
interface Unsigned {
  readonly method: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The service's name in the scope of a signature. */
  readonly service: string;
  /** Default: the one of the embedded services. */
  readonly region?: string;
}

/** When, for which service and over which headers a request was signed. */
interface Terms {
  readonly date: string;
  /** Day, region, service and the last word, as in the credential. */
  readonly scope: string;
  /** Names in lower case, with semicolons in between. */
  readonly names: string;
}

/** Checks that requests come from a holder of the key, and signs requests with it. */
export class Signatures {
  readonly #key: Key;
  readonly #now: () => number;
  readonly #signingKeys = new Map<string, Buffer>();

  /** @param now the clock by which a signature is too old, in milliseconds since 1970 */
  constructor(key: Key, now: () => number = Date.now) {
    this.#key = key;
    this.#now = now;
  }

  /** The time that answers carry. */
  now(): number {
    return this.#now();
  }

  /**
   * Refuses a request whose headers alone show that the key has not signed it for this service, or not now. What it returns
   * refuses the request if the signature does not fit the whole of it.
   */
  admit(request: Signable, service: string): (body: Buffer) => void {
    const { accessKeyId, terms, signature } = readAuthorization(request.headers);
    if (accessKeyId !== this.#key.accessKeyId) {
      throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
    }
    checkScope(terms, service);
    checkAge(terms.date, this.#now());
    checkNames(terms.names, request.headers);
    return (body) => {
      if (timingSafeEqual(Buffer.from(signature, 'hex'), this.#signatureOf(request, terms, body))) return;
      throw invalid(
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
      );
    };
  }

  /** The headers of a request, signed for a service. */
  sign(url: URL, { method, headers = {}, body = '', service, region = 'us-east-1' }: Unsigned): Record<string, string> {
    const date = new Date(this.#now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const signed: Record<string, string> = { ...headers, host: url.host, 'x-amz-date': date };
    const names = Object.keys(signed).toSorted().join(';');
    const terms = { date, scope: [date.slice(0, 8), region, service, TERMINATOR].join('/'), names };
    const request = { method, path: url.pathname, headers: signed };
    const signature = this.#signatureOf(request, terms, Buffer.from(body)).toString('hex');
    const credential = `${this.#key.accessKeyId}/${terms.scope}`;
    const authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
    return { ...signed, authorization };
  }

  /** An answer that shows the asker that it comes from a holder of the key. */
  prove(challenge: string): string {
    return derive(this.#key, `proof ${challenge}`);
  }

  #signatureOf({ method, path, headers }: Signable, { date, scope, names }: Terms, body: Buffer): Buffer {
    const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}\n`);
    const canonical = [method, path, '', lines.join(''), names, hash('sha256', body)].join('\n');
    const text = [ALGORITHM, date, scope, hash('sha256', canonical)].join('\n');
    return createHmac('sha256', this.#signingKey(scope)).update(text).digest();
  }

  /** A signing key is the same for a whole day. */
  #signingKey(scope: string): Buffer {
    const known = this.#signingKeys.get(scope);
    if (known) return known;
    const secret = Buffer.from(`AWS4${this.#key.secretAccessKey}`);
    const made = scope.split('/').reduce((key, part) => createHmac('sha256', key).update(part).digest(), secret);
    if (this.#signingKeys.size >= MOST_KEPT) this.#signingKeys.clear();
    this.#signingKeys.set(scope, made);
    return made;
  }
}

const MOST_KEPT = 16;

function readAuthorization({ authorization, 'x-amz-date': date }: Readonly<IncomingHttpHeaders>) {
  if (!authorization)
    throw new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  const [, accessKeyId, scope, names, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/\s,]+)\/([^\s,]+), *SignedHeaders=([^\s,]+), *Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? [];
  if (!accessKeyId || !scope || !names || !signature) throw new AwsError('IncompleteSignatureException', MALFORMED);
  if (typeof date !== 'string') {
    throw new AwsError('IncompleteSignatureException', "Authorization header requires existence of 'X-Amz-Date'.");
  }
  return { accessKeyId, terms: { date, scope, names }, signature };
}

function checkScope({ date, scope }: Terms, service: string): void {
  const [day, , forService, terminator, ...more] = scope.split('/');
  if (day === date.slice(0, 8) && forService === service && terminator === TERMINATOR && more.length === 0) return;
  throw invalid(`Credential should be scoped to the day of the request, and to correct service: '${service}'.`);
}

function checkAge(date: string, now: number): void {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const [year = Number.NaN, month = 0, ...rest] = parts.map(Number);
  const age = now - Date.UTC(year, month - 1, ...rest);
  if (Math.abs(age) <= LONGEST_AGE_MS) return;
  throw invalid(age > 0 ? `Signature expired: ${date}` : `Signature not yet current, or without a time: ${date}`);
}

/** What decides about the request has to be signed: the host, and whatever AWS's own headers say. */
function checkNames(names: string, headers: Readonly<IncomingHttpHeaders>): void {
  const signed = names.split(';');
  const needed = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-'));
  const missing = needed.filter((name) => !signed.includes(name));
  if (missing.length > 0) throw invalid(`These headers are not signed: ${missing.join(', ')}.`);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidSignatureException', message);
}
