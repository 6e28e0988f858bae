import { remembered } from '../../core/events/remembered.ts';
import { CEF_MAPPING } from './mapping.ts';

const FIXED_KEYS: ReadonlySet<string> = new Set(CEF_MAPPING.map(({ key }) => key));

/** Maximum length of a key: it must fit into the head of a column. */
const MAX_KEY = 100;
/** Maximum length of a property's name that is looked at. */
const MAX_PART = 200;

/**
 * The prefix of the keys of a vendor's own fields: `AcmeCloud`. CEF wants the names of the vendor, of the product and
 * of the field, with nothing between them. A product's name that begins with the vendor's is used alone.
 */
export function vendorPrefix(vendor: string, product: string): string {
  return prefixesOf(vendor)(product);
}

const prefixesOf = remembered((vendor) =>
  remembered((product) => {
    const vendorName = pascal(vendor);
    const productName = pascal(product);
    const prefix = productName.startsWith(vendorName) ? productName : vendorName + productName;
    return /^[A-Z]/.test(prefix) ? prefix : `Vendor${prefix}`;
  }),
);

/** The key of a property of an object: `AcmeCloudAudit` and `event` make `AcmeCloudAuditEvent`. */
export function vendorKey(parent: string, property: string): string {
  return (parent + (pascal(property) || 'Field')).slice(0, MAX_KEY);
}

/** The key, or the key with the first number that no other key of the line has: `a_b` and `aB` are two fields. */
export function unusedKey(key: string, used: ReadonlySet<string>): string {
  let unused = key;
  for (let count = 2; used.has(unused) || FIXED_KEYS.has(unused); count += 1) {
    unused = key.slice(0, MAX_KEY - String(count).length) + count;
  }
  return unused;
}

/** The Latin letters and digits of a text, the only ones that a key may have; each word begins with a capital letter. */
const pascal = remembered((text) => {
  let joined = '';
  for (const [word] of text.slice(0, MAX_PART).matchAll(/[A-Za-z0-9]+/g)) {
    joined += word.charAt(0).toUpperCase() + word.slice(1);
  }
  return joined;
});
