import { expect, test } from 'vitest';
import { proxyFor } from '../../../../functions/shell/network/proxy.ts';

const PROXY = 'http://proxy.example.com:3128';
const VENDOR = new URL('https://api.vendor.test');

test.each(['HTTPS_PROXY', 'https_proxy'])('%s names the proxy of https origins', (name) => {
  expect(proxyFor(VENDOR, { [name]: PROXY })?.host).toBe('proxy.example.com:3128');
  expect(proxyFor(new URL('http://127.0.0.1'), { [name]: PROXY })).toBeUndefined();
});

test.each([undefined, '', 'socks5://127.0.0.1:1080', 'proxy.example.com:3128'])('no proxy where it is %s', (proxy) => {
  expect(proxyFor(VENDOR, { HTTPS_PROXY: proxy })).toBeUndefined();
});

test('a proxy that is not a URL is refused without its password', () => {
  expect(() => proxyFor(VENDOR, { HTTPS_PROXY: 'http://me:pass-phrase@' })).toThrow(/^HTTPS_PROXY is not a URL$/);
});

test.each([
  ['*', 'https://api.vendor.test'],
  ['api.vendor.test', 'https://api.vendor.test'],
  ['other.test, API.Vendor.Test', 'https://api.vendor.test'],
  ['api.vendor.test:8443', 'https://api.vendor.test:8443'],
  ['api.vendor.test:443', 'https://api.vendor.test'],
  ['.vendor.test', 'https://api.vendor.test'],
  ['.vendor.test', 'https://vendor.test'],
  ['*.vendor.test', 'https://api.vendor.test'],
  ['10.0.0.1', 'https://10.0.0.1'],
  ['10.0.0.0-10.0.0.255', 'https://10.0.0.77'],
  ['::1', 'https://[::1]'],
])('NO_PROXY=%s exempts %s', (entries, origin) => {
  expect(proxyFor(new URL(origin), { HTTPS_PROXY: PROXY, NO_PROXY: entries })).toBeUndefined();
  expect(proxyFor(new URL(origin), { HTTPS_PROXY: PROXY, no_proxy: entries })).toBeUndefined();
});

test.each([
  ['', 'https://api.vendor.test'],
  ['vendor.test', 'https://api.vendor.test'],
  ['.vendor.test', 'https://evilvendor.test'],
  ['*.vendor.test', 'https://vendor.test'],
  ['api.vendor.test:8443', 'https://api.vendor.test'],
  ['10.0.0.0-10.0.0.255', 'https://10.0.1.0'],
  ['10.0.0.255-10.0.0.0', 'https://10.0.0.77'],
  ['10.0.0.0-10.0.0.255', 'https://a-b.test'],
])('NO_PROXY=%s does not exempt %s', (entries, origin) => {
  expect(proxyFor(new URL(origin), { HTTPS_PROXY: PROXY, NO_PROXY: entries })).toBeInstanceOf(URL);
});
