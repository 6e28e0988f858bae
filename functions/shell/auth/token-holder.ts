import type { Answer } from '../../core/model.ts';
import { LEAST_CHARACTERS } from './secret.ts';

/** A token in JSON or in a form, at any place in a text, even if the text is cut off. */
const TOKENS = [/"[^"]{0,40}token"\s*:\s*"((?:[^"\\]|\\.)+)/gi, /(?<![^&?\s])[\w.-]{0,40}token=([^&\s"'<]+)/gi];

/** The token that requests carry now. It does not show if this object is logged. */
export class TokenHolder {
  #token: string | undefined;
  readonly #hide: (text: string) => void;

  /** @param hide masks a text wherever it would be written */
  constructor(hide: (text: string) => void) {
    this.#hide = hide;
  }

  get token(): string | undefined {
    return this.#token;
  }

  /** Uses a token if a header can carry it. Returns whether it can. */
  take(token: unknown): boolean {
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return false;
    this.#hide(token);
    this.#token = token;
    return true;
  }

  /**
   * The fields of a successful answer's JSON; none for any other answer. First masks every token in the answer, because a faulty
   * answer may be quoted in an error, and even a token that we cannot use gives access to the account. A short word, such as
   * `null`, is no token: masked, it would be missing from every record.
   */
  fieldsOf({ status, text }: Answer): Readonly<Record<string, unknown>> {
    const tokens = TOKENS.flatMap((pattern) => [...text.matchAll(pattern)].map(([, token = '']) => token));
    for (const token of tokens) if (token.length >= LEAST_CHARACTERS) this.#hide(token);
    if (status < 200 || status >= 300) return {};
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === 'object' && value !== null ? { ...value } : {};
    } catch {
      return {};
    }
  }
}
