import { foreignTokenUrl } from '../../core/config/origins.ts';
import type { Effects, TokenTimes } from '../../core/effects.ts';
import type { Answer, Connection, Source } from '../../core/model.ts';
import { Http } from '../network/http.ts';
import { MASKED, Mask } from '../telemetry/mask.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { readSecret, type Secret } from './secret.ts';
import type { SecretMemory } from './secret-memory.ts';
import type { Signed, Signer } from './signer.ts';
import { signerFor } from './signers.ts';
import type { TokenMemory, TokenPlace } from './token-memory.ts';

/** Inputs of an invocation's requests to the vendor of a connection. */
export interface VendorTools {
  readonly source: Source;
  readonly connection: Connection;
  readonly telemetry: Telemetry;
  /** Tokens that a warm function has kept from earlier invocations. */
  readonly memory: TokenMemory;
  /** Secrets that a warm function remembers from earlier invocations. */
  readonly secrets: SecretMemory;
  /** Aborts when the host wants the invocation to end. */
  readonly stop: AbortSignal | undefined;
}

/** The part of the engine's effects that is about the vendor and the secret. */
export type VendorEffects = Pick<
  Effects,
  'fetch' | 'obtainToken' | 'secretVersion' | 'secretInUse' | 'keptToken' | 'keepToken'
>;

/** The vendor during one invocation: signs requests, reads the secret, and masks secrets in answers. */
export class Vendor {
  readonly effects: VendorEffects;
  readonly #tools: VendorTools;
  #madeSigner: Signer | undefined;
  /** The warm connections, by origin. They are closed with the invocation, because they would be dead after a Lambda was frozen. */
  readonly #ways = new Map<string, Http>();
  /** The secret as this invocation has read it, in place of a remembered one. */
  #secret: Promise<Secret> | undefined;
  /** The read that is on its way. */
  #reading: Promise<Secret> | undefined;
  /** The secret that was taken up last. Its values are masked in this invocation. */
  #hidden: Secret | undefined;
  /** The version of the secret that the token in use was obtained with. */
  #tokenVersion = '';

  constructor(tools: VendorTools) {
    const { source, connection } = tools;
    this.#tools = tools;
    this.effects = {
      fetch: async (request, timeout, fresh, atOnce) => {
        const { fields } = await this.#read(fresh ? 'now' : 'remembered');
        const signed = this.#signer.sign(fields, Date.now());
        const sending = this.#way(connection.origin).send(request, signed.headers, timeout, atOnce);
        const answer = await this.#clean(sending, signed);
        if (answer.status === 401 || answer.status === 403) tools.secrets.drop(connection.secret);
        return answer;
      },
      obtainToken: async (step, timeout) => {
        const { tokens } = this.#signer;
        const { fields, version } = await this.#read(step === 'open' ? 'this-invocation' : 'remembered');
        const asking = step === 'open' ? tokens?.open(fields, timeout) : tokens?.extend?.(timeout);
        if (!asking) throw new Error(`${source.id} has no token to ${step}`);
        const outcome = await this.#masked(asking);
        if (step === 'open' && outcome.open) this.#tokenVersion = version;
        return { ...outcome, answer: this.#redact(outcome.answer, new Mask()) };
      },
      secretVersion: async (current = false) => (await this.#read(current ? 'this-invocation' : 'remembered')).version,
      secretInUse: () => this.#hidden?.version ?? '',
      keptToken: async () => this.#takeUp((await this.#read('remembered')).version),
      keepToken: (times) => {
        const token = this.#signer.tokens?.holder.token;
        if (!times || token === undefined) tools.memory.drop(connection.id);
        else tools.memory.keep(connection.id, this.#place(this.#tokenVersion), { token, times });
      },
    };
  }

  close(): void {
    for (const way of this.#ways.values()) way.close();
  }

  /** Created when it is first needed, since a census has no connection. */
  get #signer(): Signer {
    const { source, connection, telemetry } = this.#tools;
    this.#madeSigner ??= signerFor(source.auth, {
      http: (origin) => this.#way(origin),
      origin: connection.origin,
      foreignTokenUrl: foreignTokenUrl(source.auth, connection),
      hide: (text) => telemetry.hide(text),
    });
    return this.#madeSigner;
  }

  #way(origin: string): Http {
    const way = this.#ways.get(origin) ?? new Http(origin, this.#tools.stop);
    this.#ways.set(origin, way);
    return way;
  }

  #place(secretVersion: string): TokenPlace {
    const { source, connection } = this.#tools;
    const { origin, secret } = connection;
    return { origin, tokenUrl: foreignTokenUrl(source.auth, connection), secret, secretVersion };
  }

  #takeUp(version: string): TokenTimes | undefined {
    const { connection, memory } = this.#tools;
    const kept = memory.take(connection.id, this.#place(version));
    // Taking it over also masks it in this invocation's log.
    if (!kept || !this.#signer.tokens?.holder.take(kept.token)) return undefined;
    this.#tokenVersion = version;
    return kept.times;
  }

  async #read(since: Since): Promise<Secret> {
    if (this.#secret && since !== 'now') return await this.#secret;
    const { connection, secrets } = this.#tools;
    const remembered = secrets.take(connection.secret, Date.now());
    if (remembered && since === 'remembered') return this.#hide(remembered);
    // Requests that are refused at the same time ask once for a newer secret.
    this.#reading ??= this.#readAndHide().finally(() => {
      this.#reading = undefined;
    });
    const reading = this.#reading;
    const before = this.#secret;
    this.#secret ??= reading;
    try {
      const secret = await reading;
      // Not before it is read: if that fails, the other feeds go on with the secret that they have.
      this.#secret = reading;
      return secret;
    } catch (thrown) {
      if (!before && remembered) this.#secret = undefined;
      throw thrown;
    }
  }

  async #readAndHide(): Promise<Secret> {
    const { source, connection, secrets } = this.#tools;
    const readAt = Date.now();
    const secret = this.#hide(await readSecret(connection.secret, source.auth));
    secrets.keep(connection.secret, secret, readAt);
    return secret;
  }

  /** Masks a secret before anything that could contain it is logged. */
  #hide(secret: Secret): Secret {
    if (this.#hidden === secret) return secret;
    const { source, telemetry } = this.#tools;
    const { notHidden = [] } = source.auth;
    for (const [field, value] of Object.entries(secret.fields)) if (!notHidden.includes(field)) telemetry.hide(value);
    this.#hidden = secret;
    return secret;
  }

  /** Masks secrets in an answer. Vendors repeat the request in error bodies and in redirects. */
  async #clean(sending: Promise<Answer>, { headers, signatures }: Signed): Promise<Answer> {
    const mask = new Mask();
    for (const signature of signatures) mask.hide(signature);
    return this.#redact(await this.#masked(sending, mask), mask, namesOf(headers));
  }

  /** @param ours names of headers that prove who sends a request. In an answer they repeat one, possibly an earlier one. */
  #redact({ status, headers, text, share, pieces }: Answer, mask: Mask, ours: ReadonlySet<string> = new Set()): Answer {
    const { telemetry } = this.#tools;
    return {
      status,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          ours.has(name.toLowerCase()) ? MASKED : mask.redact(telemetry.redact(value)),
        ]),
      ),
      text: mask.redact(telemetry.redact(text)),
      ...(share !== undefined && { share }),
      ...(pieces && { pieces: mask.redactPieces(telemetry.redactPieces(pieces)) }),
    };
  }

  async #masked<T>(sending: Promise<T>, mask = new Mask()): Promise<T> {
    try {
      return await sending;
    } catch (thrown) {
      throw mask.redactError(this.#tools.telemetry.redactError(thrown));
    }
  }
}

function namesOf(headers: Signed['headers']): Set<string> {
  return new Set(Object.keys(headers).map((name) => name.toLowerCase()));
}

/** When a secret must have been read at the earliest: any remembered one will do, or it was read in this invocation, or it is read now. */
type Since = 'remembered' | 'this-invocation' | 'now';
