/** Minimum number of successive characters of a secret that count as a leak: the text may have been cut before it was masked. */
const LEAST_PIECE = 9;

/** Every form in which a secret may be written, computed independently of the code that masks them. */
export function formsOf(secret: string): Readonly<Record<string, string>> {
  const bytes = Buffer.from(secret);
  const percent = encodeURIComponent(secret);
  const shifted = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before, 'x'), bytes]).toString('base64');
    // Characters that also encode bits of the surrounding text are left out.
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return {
    raw: secret,
    json: JSON.stringify(secret).slice(1, -1),
    'json in json': JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    percent,
    'percent in small letters': percent.replace(/%../g, (code) => code.toLowerCase()),
    hex: bytes.toString('hex'),
    HEX: bytes.toString('hex').toUpperCase(),
    ...Object.fromEntries(shifted.map((text, at) => [`base64 after ${at}`, text])),
    ...Object.fromEntries(
      shifted.map((text, at) => [`base64url after ${at}`, text.replaceAll('+', '-').replaceAll('/', '_')]),
    ),
  };
}

/** An echo of a secret in every form; Basic authentication among them. */
export function echoOf(secret: string): string {
  const basic = ['', 'a', 'user'].map((name) => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`);
  return [...Object.values(formsOf(secret)), ...basic].join(' | ');
}

/** The secrets that a text contains, with their form: whole, or a piece that is long enough. */
export function findLeaks(text: string, canaries: Readonly<Record<string, string>>): string[] {
  return Object.entries(canaries).flatMap(([name, secret]) => {
    const forms = Object.entries(formsOf(secret)).filter(([, form]) => text.includes(form));
    const found = forms.map(([form, value]) => `${name} as ${form}: ${around(text, value)}`);
    const pieces = Array.from({ length: secret.length - LEAST_PIECE + 1 }, (_, at) =>
      secret.slice(at, at + LEAST_PIECE),
    );
    const piece = pieces.find((one) => text.includes(one));
    return piece === undefined ? found : [...found, `a piece of ${name}: ${around(text, piece)}`];
  });
}

function around(text: string, found: string): string {
  const at = text.indexOf(found);
  return text.slice(Math.max(0, at - 100), at + found.length + 40);
}
