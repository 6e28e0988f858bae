import type { Answer } from '../../core/model.ts';
import { LEAST_CHARACTERS } from './secret.ts';

/** A token as JSON or a form writes it, wherever it stands, whatever surrounds it, and if the text is broken off. */
const TOKENS = [/"[^"]{0,40}token"\s*:\s*"((?:[^"\\]|\\.)+)/gi, /(?<![^&?\s])[\w.-]{0,40}token=([^&\s"'<]+)/gi];

/** The token that requests carry now; nobody sees it who looks at this object. */
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

  /** Puts a token in use, if it is one that a header can carry. Returns whether it is. */
  take(token: unknown): boolean {
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return false;
    this.#hide(token);
    this.#token = token;
    return true;
  }

  /**
   * The fields of a good answer's JSON; nothing of any other. Every token in the answer is hidden first: one that we cannot use
   * opens the account, too, and an answer may be quoted for what is wrong with it. A short word, such as `null` or `none`, is no
   * token, and hidden it would be missing from every record.
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
