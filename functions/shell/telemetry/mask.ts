/** Minimum length of a secret that is masked: shorter texts occur by chance in harmless text. */
const MIN_LENGTH = 4;
/** Minimum length of an encoded secret that is masked: shorter pieces of hex and base64 occur by chance. */
const MIN_ENCODED_LENGTH = 8;

/** Maximum length of one character of a secret in any of its forms. */
const LONGEST_CHARACTER = 20;

/** Stands in the place of a secret. */
export const MASKED = '[secret]';

/** Removes secrets from texts and errors, in all their encoded forms, in one pass. */
export class Mask {
  /** Patterns of all forms of all secrets, with the length of the text that each matches. */
  readonly #forms = new Map<string, number>();
  #pattern: RegExp | undefined;

  /** From now on this text is masked. */
  hide(secret: string): void {
    if (secret.length < MIN_LENGTH) return;
    const before = this.#forms.size;
    this.#forms.set((secret.match(/\\+|./gsu) ?? []).map(formsOf).join(''), secret.length);
    for (const encoded of encodingsOf(secret)) this.#forms.set(encoded.replaceAll('+', '\\+'), encoded.length);
    if (this.#forms.size > before) this.#pattern = undefined;
  }

  /** Returns the text with its secrets masked. */
  redact(text: string): string {
    if (this.#forms.size === 0) return text;
    this.#pattern ??= this.#makePattern();
    return text.replace(this.#pattern, MASKED);
  }

  /** The same for a text that comes in pieces. The last characters wait for the next piece, because a secret may begin in them. */
  async *redactPieces(pieces: AsyncIterable<string>): AsyncGenerator<string> {
    const lengths = [...this.#forms.values()];
    const most = LONGEST_CHARACTER * lengths.reduce((longest, length) => Math.max(longest, length), 0);
    let waiting = '';
    for await (const piece of pieces) {
      waiting += piece;
      const end = this.#notWithin(waiting, waiting.length - most);
      if (end <= 0) continue;
      yield this.redact(waiting.slice(0, end));
      waiting = waiting.slice(end);
    }
    yield this.redact(waiting);
  }

  /** The place itself, or the beginning of the secret that it is inside of. */
  #notWithin(text: string, place: number): number {
    if (this.#forms.size === 0 || place <= 0) return place;
    this.#pattern ??= this.#makePattern();
    for (const { index, 0: found } of text.matchAll(this.#pattern)) {
      if (index >= place) break;
      if (index + found.length > place) return index;
    }
    return place;
  }

  /** Returns a copy of a JSON value with the secrets masked in its strings and field names. */
  redactValue(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (Array.isArray(value)) return value.map((one) => this.redactValue(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [this.redact(key), this.redactValue(one)]));
  }

  /**
   * Masks the secrets in the texts of an error and of its causes, and returns the same error.
   * Removes other properties of it, such as raw bytes: a secret could be in them, too.
   */
  redactError(thrown: unknown, known = new Set<unknown>()): unknown {
    if (typeof thrown === 'string') return this.redact(thrown);
    if (!(thrown instanceof Error))
      return typeof thrown === 'object' || typeof thrown === 'function' ? undefined : thrown;
    if (known.has(thrown)) return thrown;
    known.add(thrown);
    for (const key of Reflect.ownKeys(thrown)) {
      const value: unknown = Reflect.get(thrown, key);
      const redacted = Array.isArray(value)
        ? value.map((one) => this.redactError(one, known))
        : this.redactError(value, known);
      if (redacted !== value) Reflect.set(thrown, key, redacted);
    }
    return thrown;
  }

  #makePattern(): RegExp {
    // Longest first: if one form begins with another, all of the longer one must be masked.
    const forms = [...this.#forms].sort(([, one], [, other]) => other - one).map(([form]) => form);
    return new RegExp(forms.join('|'), 'g');
  }
}

/**
 * A pattern for a character as itself, escaped as in JSON (also JSON in JSON), percent-encoded, and as in HTML.
 * Letters and digits are never encoded. A row of backslashes is matched as one, and no repetition is unlimited:
 * matching a body full of backslashes must not take forever.
 *
 * @param character one character, or a row of backslashes
 */
function formsOf(character: string): string {
  if (/[0-9A-Za-z]/.test(character)) return character;
  const slashes = character.startsWith('\\') ? character.length : 0;
  if (slashes > 0)
    return `(?:\\\\{${slashes},${4 * slashes}}|(?:\\\\{1,4}u005[cC]|%5[cC]|${htmlEntity('\\')}){${slashes}})`;
  const units = Array.from({ length: character.length }, (_, at) => {
    return `\\\\{1,4}u${anyCase(hexOf(character.charCodeAt(at), 4))}`;
  });
  const percent = [...Buffer.from(character)].map((byte) => `%${anyCase(hexOf(byte, 2))}`);
  const raw = `\\\\{0,4}${escapeForPattern(character)}`;
  const plus = character === ' ' ? '|\\+' : '';
  return `(?:${units.join('')}|${raw}|${percent.join('')}|${htmlEntity(character)}${plus})`;
}

function htmlEntity(character: string): string {
  const named = { '&': 'amp|', '<': 'lt|', '>': 'gt|', '"': 'quot|', "'": 'apos|' }[character] ?? '';
  const point = character.codePointAt(0) ?? 0;
  return `&(?:${named}#0{0,6}${point}|#[xX]0{0,6}${anyCase(point.toString(16))});`;
}

function hexOf(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function escapeForPattern(character: string): string {
  return /[$()*+./?[\\\]^{|}-]/.test(character) ? `\\${character}` : character;
}

/** The secret in hex and base64, at any place in the encoded text: Basic authentication puts a user name before it. */
function encodingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].flatMap((bytesBefore) => {
    const padded = Buffer.concat([Buffer.alloc(bytesBefore), bytes]);
    // The first and last characters also hold bits of the text around the secret.
    const [from, to] = [Math.ceil((bytesBefore * 8) / 6), Math.floor((padded.length * 8) / 6)];
    return [padded.toString('base64').slice(from, to), padded.toString('base64url').slice(from, to)];
  });
  return [hex, hex.toUpperCase(), ...base64].filter(({ length }) => length >= MIN_ENCODED_LENGTH);
}
