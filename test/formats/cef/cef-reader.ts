import { isIP } from 'node:net';
import { type CefType, CONSUMER_KEYS, HEADER_LIMITS, PRODUCER_KEYS } from './cef-dictionary.ts';

/** A line of CEF, taken apart and unescaped. */
export interface CefMessage {
  readonly version: 0 | 1;
  readonly vendor: string;
  readonly product: string;
  readonly deviceVersion: string;
  readonly classId: string;
  readonly name: string;
  readonly severity: string;
  readonly extension: ReadonlyMap<string, string>;
}

/** What is wrong with a line. */
export class CefError extends Error {
  override readonly name = 'CefError';
}

const FORBIDDEN = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const SEVERITY = /^(?:\d|10|Unknown|Low|Medium|High|Very-High)$/;
const STANDARD_KEY = /^[a-z][a-zA-Z0-9]*$/;
const OWN_KEY = /^[A-Z][a-zA-Z0-9]*$/;
const CUSTOM_FIELD = /^(?:c6a[1-4]|cfp[1-4]|cn[1-3]|cs[1-6]|deviceCustomDate[12]|flexDate1|flexString[12])$/;
const DATE = /^(?:\d{1,15}|[A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d(?:\.\d{3})?(?: [A-Za-z0-9/+:-]+)?)$/;
const DOUBLE = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const MAC = /^[\da-fA-F]{2}(?::[\da-fA-F]{2}){5}$/;

/** Reads a line as strictly as the standard can be read; throws a `CefError` at the first thing that is wrong. */
export function readCef(line: string): CefMessage {
  if (FORBIDDEN.test(line)) throw new CefError('a line break, control character or half a surrogate pair');
  const { fields, rest } = splitHeader(line);
  const [start = '', vendor = '', product = '', deviceVersion = '', classId = '', name = '', severity = ''] = fields;
  const version = start === 'CEF:0' ? 0 : start === 'CEF:1' ? 1 : undefined;
  if (version === undefined) throw new CefError(`starts with ${start}`);
  const named = { vendor, product, deviceVersion, classId, name };
  for (const [field, most] of Object.entries(HEADER_LIMITS)) {
    const { length } = named[field as keyof typeof named];
    if (length === 0) throw new CefError(`the header's ${field} is empty`);
    if (length > most) throw new CefError(`the header's ${field} is too long: ${length}`);
  }
  if (!SEVERITY.test(severity)) throw new CefError(`severity ${severity}`);
  const extension = readExtension(rest);
  for (const [key, value] of extension) check(key, value, version, extension);
  return { version, ...named, severity, extension };
}

/** The seven fields before the extension. A pipe that ends a field is one that is not escaped. */
function splitHeader(line: string): { fields: string[]; rest: string } {
  const fields: string[] = [];
  let field = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === '\\') {
      at += 1;
      const escaped = line.charAt(at);
      if (escaped !== '\\' && escaped !== '|') throw new CefError(`\\${escaped} in the header`);
      field += escaped;
    } else if (character === '|') {
      fields.push(field);
      field = '';
      if (fields.length === 7) return { fields, rest: line.slice(at + 1) };
    } else {
      field += character;
    }
  }
  throw new CefError(`${fields.length} header fields`);
}

/** An unescaped = ends a key, which begins after the last space before it; what stands before that space is the value. */
function readExtension(text: string): Map<string, string> {
  const extension = new Map<string, string>();
  if (text === '') return extension;
  const signs = unescapedEqualsSigns(text);
  if (signs.length === 0) throw new CefError('an extension without a key');
  const keyStarts = signs.map((sign) => text.lastIndexOf(' ', sign) + 1);
  if (keyStarts[0] !== 0) throw new CefError('text before the first key');
  signs.forEach((sign, index) => {
    const keyStart = keyStarts[index] as number;
    const end = index + 1 < signs.length ? (keyStarts[index + 1] as number) - 1 : text.length;
    const key = text.slice(keyStart, sign);
    if (end <= sign) throw new CefError(`an unescaped = in the value of ${key}`);
    const value = unescapeValue(text.slice(sign + 1, end));
    if (value === '') throw new CefError(`${key} is empty`);
    if (extension.has(key)) throw new CefError(`${key} appears twice`);
    extension.set(key, value);
  });
  return extension;
}

function unescapedEqualsSigns(text: string): number[] {
  const signs: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === '=') signs.push(at);
  }
  return signs;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', '=': '=', n: '\n', r: '\r' };

function unescapeValue(text: string): string {
  let value = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text.charAt(at) !== '\\') {
      value += text.charAt(at);
      continue;
    }
    at += 1;
    const meant = ESCAPES[text.charAt(at)];
    if (meant === undefined) throw new CefError(`\\${text.charAt(at)} in the extension`);
    value += meant;
  }
  return value;
}

function check(key: string, value: string, version: 0 | 1, extension: ReadonlyMap<string, string>): void {
  if (CONSUMER_KEYS.has(key)) throw new CefError(`${key} is for consumers only`);
  if (OWN_KEY.test(key)) return;
  const known = STANDARD_KEY.test(key) ? PRODUCER_KEYS.get(key) : undefined;
  if (!known) throw new CefError(`${key} is no key`);
  if (known.most !== undefined && value.length > known.most) throw new CefError(`${key} is too long: ${value.length}`);
  if (!isOfType(known.type, key, value, version)) throw new CefError(`${key} is not of type ${known.type}: ${value}`);
  if (CUSTOM_FIELD.test(key) && !extension.has(`${key}Label`)) throw new CefError(`${key} has no label`);
  const labelled = key.endsWith('Label') ? key.slice(0, -'Label'.length) : undefined;
  if (labelled !== undefined && !extension.has(labelled)) throw new CefError(`${key} labels nothing`);
}

function isOfType(type: CefType, key: string, value: string, version: 0 | 1): boolean {
  switch (type) {
    case 'String':
      return true;
    case 'Integer':
      return isWhole(value, 31n);
    case 'Long':
      // Version 0 counts bytes with the shorter numbers.
      return isWhole(value, version === 0 && (key === 'in' || key === 'out') ? 31n : 63n);
    case 'Double':
      return DOUBLE.test(value) && Number.isFinite(Number(value));
    case 'DateTime':
      return DATE.test(value);
    case 'IpAddress':
      return isIP(value) === 4 || (version === 1 && isIP(value) === 6 && !value.includes('%'));
    case 'IPv6 Address':
      return isIP(value) === 6 && !value.includes('%');
    case 'MacAddress':
      return MAC.test(value);
    case 'Direction':
      return value === '0' || value === '1';
    case 'Type':
      return /^[0-3]$/.test(value);
  }
}

function isWhole(value: string, bits: bigint): boolean {
  if (!/^-?\d{1,19}$/.test(value)) return false;
  const number = BigInt(value);
  return number >= -(2n ** bits) && number < 2n ** bits;
}
