import { CEF_MAPPING } from './mapping.ts';

const FIXED_KEYS: ReadonlySet<string> = new Set(CEF_MAPPING.map(({ key }) => key));

/** No key is longer: it has to fit a column's head. */
const LONGEST_KEY = 100;
/** A key's name is made from so much of a property's. */
const LONGEST_PART = 200;

/**
 * What the keys of a vendor's own fields begin with: `AcmeWidgets`. CEF wants the vendor's name, the product's and
 * the field's, without anything between them; a product that already says its vendor says it once.
 */
export function ownPrefix(vendor: string, product: string): string {
  const maker = pascal(vendor);
  const made = pascal(product);
  const prefix = made.startsWith(maker) ? made : maker + made;
  return /^[A-Z]/.test(prefix) ? prefix : `Vendor${prefix}`;
}

/** The key of a property below another: `AcmeWidgetsAudit` and `event` make `AcmeWidgetsAuditEvent`. */
export function ownKey(parent: string, property: string): string {
  return (parent + (pascal(property) || 'Field')).slice(0, LONGEST_KEY);
}

/** The key, or the key with the first number that makes it unlike every key of the line: `a_b` and `aB` are two fields. */
export function unusedKey(key: string, used: ReadonlySet<string>): string {
  let unused = key;
  for (let count = 2; used.has(unused) || FIXED_KEYS.has(unused); count += 1) {
    unused = key.slice(0, LONGEST_KEY - String(count).length) + count;
  }
  return unused;
}

/** The Latin letters and digits of a text, each word with a capital: the only ones that a key may have. */
function pascal(text: string): string {
  let joined = '';
  for (const [word] of text.slice(0, LONGEST_PART).matchAll(/[A-Za-z0-9]+/g)) {
    joined += word.charAt(0).toUpperCase() + word.slice(1);
  }
  return joined;
}
