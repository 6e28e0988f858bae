/** Minimum length of a text that is masked: shorter ones occur in harmless text, too. */
const MIN_LENGTH = 4;
/** The same for hex and base64. */
const MIN_ENCODED_LENGTH = 8;

const MASK = '[secret]';

/** Replaces secrets in texts and errors, in all forms that an echo may have, in one pass. */
export class Mask {
  /** The pattern of each form of each secret, with the form's length. */
  readonly #forms = new Map<string, number>();
  #pattern: RegExp | undefined;

  /** From now on this text is replaced. */
  hide(secret: string): void {
    if (secret.length < MIN_LENGTH) return;
    const before = this.#forms.size;
    this.#forms.set((secret.match(/\\+|./gsu) ?? []).map(formsOf).join(''), secret.length);
    for (const encoded of encodingsOf(secret)) this.#forms.set(encoded.replaceAll('+', '\\+'), encoded.length);
    if (this.#forms.size > before) this.#pattern = undefined;
  }

  /** The text without anything secret. */
  redact(text: string): string {
    if (this.#forms.size === 0) return text;
    // The longest form first: one may begin with another.
    const ordered = () => [...this.#forms].sort(([, one], [, other]) => other - one).map(([form]) => form);
    this.#pattern ??= new RegExp(ordered().join('|'), 'g');
    return text.replace(this.#pattern, MASK);
  }

  /** The same JSON value without anything secret in its texts and in its names of fields. */
  redactValue(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (Array.isArray(value)) return value.map((one) => this.redactValue(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [this.redact(key), this.redactValue(one)]));
  }

  /** The same error without anything secret in its texts and causes. Anything else in it, such as raw bytes, is removed. */
  redactError(thrown: unknown, known = new Set<unknown>()): unknown {
    if (typeof thrown === 'string') return this.redact(thrown);
    if (!(thrown instanceof Error))
      return typeof thrown === 'object' || typeof thrown === 'function' ? undefined : thrown;
    if (known.has(thrown)) return thrown;
    known.add(thrown);
    for (const key of Reflect.ownKeys(thrown)) {
      const value: unknown = Reflect.get(thrown, key);
      const clean = Array.isArray(value)
        ? value.map((one) => this.redactError(one, known))
        : this.redactError(value, known);
      if (clean !== value) Reflect.set(thrown, key, clean);
    }
    return thrown;
  }
}

/**
 * The pattern of a character: itself, as JSON writes it, even JSON in JSON, percent-encoded, and in HTML. Nobody encodes letters and
 * digits. Backslashes in a row are taken together, and all repetitions are bounded, so that a body of backslashes is masked in linear time.
 */
function formsOf(character: string): string {
  if (/[0-9A-Za-z]/.test(character)) return character;
  const slashes = character.startsWith('\\') ? character.length : 0;
  if (slashes > 0)
    return `(?:\\\\{${slashes},${4 * slashes}}|(?:\\\\{1,4}u005[cC]|%5[cC]|${entity('\\')}){${slashes}})`;
  const units = Array.from({ length: character.length }, (_, at) => {
    return `\\\\{1,4}u${anyCase(hexOf(character.charCodeAt(at), 4))}`;
  });
  const percent = [...Buffer.from(character)].map((byte) => `%${anyCase(hexOf(byte, 2))}`);
  const raw = `\\\\{0,4}${escapeForPattern(character)}`;
  const plus = character === ' ' ? '|\\+' : '';
  return `(?:${units.join('')}|${raw}|${percent.join('')}|${entity(character)}${plus})`;
}

function entity(character: string): string {
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

/** The secret in hex and base64, at any position within what was encoded: Basic authentication puts a name before it. */
function encodingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const inner = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    // The first and last characters also hold bits of what stands around the secret.
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6)];
    return [whole.toString('base64').slice(from, to), whole.toString('base64url').slice(from, to)];
  });
  return [hex, hex.toUpperCase(), ...inner].filter(({ length }) => length >= MIN_ENCODED_LENGTH);
}
