import type { SessionAnswer } from '../../core/effects.ts';
import type { Answer, Auth } from '../../core/model.ts';
import { type Duration, parseInstant } from '../../core/time.ts';
import type { Http } from '../network/http.ts';
import { authorize } from './authorize.ts';

/** A token as JSON writes it, wherever it stands, whatever surrounds it, and if the text is broken off. */
const TOKEN = /"[^"]{0,40}token"\s*:\s*"((?:[^"\\]|\\.)+)/gi;

type SessionAuth = Extract<Auth, { kind: 'vbrick-session' }>;

/** The token of a session, kept for as long as the invocation lives, and seen by nobody else. */
export class TokenKeeper {
  #token: string | undefined;
  readonly #auth: SessionAuth;
  readonly #http: Http;
  readonly #hide: (token: string) => void;

  /** @param hide masks the token wherever it would be written, before anybody gets to see the answer */
  constructor(auth: SessionAuth, http: Http, hide: (token: string) => void) {
    this.#auth = auth;
    this.#http = http;
    this.#hide = hide;
  }

  get token(): string | undefined {
    return this.#token;
  }

  /** Signs in with what the secret holds. */
  async open(secret: Readonly<Record<string, string>>, timeout: Duration): Promise<SessionAnswer> {
    const way = this.#auth.secret.findIndex((shape) => Object.keys(shape).every((key) => secret[key] !== undefined));
    const url = this.#auth.signIn[way] ?? '';
    const headers = { 'content-type': 'application/json' };
    const answer = await this.#http.send({ url, headers }, {}, timeout, JSON.stringify(secret));
    this.#hideTokens(answer);
    const { token, expiration } = read(answer);
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return outcome(answer, false, undefined);
    this.#hide(token);
    this.#token = token;
    return outcome(answer, true, expiration);
  }

  async extend(timeout: Duration): Promise<SessionAnswer> {
    const credentials = authorize(this.#auth, {}, this.#token, 0);
    const answer = await this.#http.send({ url: this.#auth.extend }, credentials, timeout, '');
    this.#hideTokens(answer);
    const isExtended = answer.status >= 200 && answer.status < 300;
    return outcome(answer, isExtended, read(answer).expiration);
  }

  /** Also a token that we cannot use opens the account, and an answer may be quoted for its mistakes. */
  #hideTokens({ text }: Answer): void {
    for (const [, token = ''] of text.matchAll(TOKEN)) this.#hide(token);
  }
}

function outcome(answer: Answer, open: boolean, expiration: unknown): SessionAnswer {
  const until = parseInstant(expiration);
  return { answer, open, ...(until !== undefined && { until }) };
}

/** The fields of a good answer; nothing of any other. */
function read({ status, text }: Answer): { readonly token?: unknown; readonly expiration?: unknown } {
  if (status < 200 || status >= 300) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
