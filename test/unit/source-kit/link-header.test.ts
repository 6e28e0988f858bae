import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TidemarkError, UnreadableError } from '../../../functions/core/errors.ts';
import { resolve } from '../../../functions/shell/network/http.ts';
import { nextLink } from '../../../functions/source-kit/link-header.ts';

const ORIGIN = 'https://api.example.com';
const NEXT = `${ORIGIN}/logs?after=b`;

function next(link: string | undefined, url = '/logs?after=a&limit=2'): string | undefined {
  return nextLink({ headers: link === undefined ? {} : { link } }, { url });
}

describe('the next page', () => {
  test.each([
    [`<${NEXT}>; rel="next"`],
    [`<${NEXT}>; rel=next`],
    [`<${NEXT}>;rel=NEXT`],
    [`<${NEXT}> ; REL = "next"`],
    [`<${NEXT}>; rel="last next"`],
    [`<${NEXT}>; rel="next"; title="a, b; \\"c\\" <d>"`],
    [`<${NEXT}>; title="rel=prev, <x>; rel=next"; rel="next"`],
    [`<${NEXT}>; title*=UTF-8''n%c3%a4chste; rel="next"`],
    [`<${ORIGIN}/logs>; rel="self", <${NEXT}>; rel="next"`],
    [`<${NEXT}>; rel="next", <${ORIGIN}/logs?page=9>; rel="last"`],
    [`<${NEXT}>; rel="next", <${NEXT}>; rel="next"`],
    [`, ,<${NEXT}>; rel="next"; , `],
    [`<${NEXT}>; crossorigin; rel="next"`],
    [`</logs?after=z>; rel="prev"; rel="next", <${NEXT}>; rel="next"`],
    [`<https://other.example/>; rel="next"; anchor="#part", <${NEXT}>; rel="next"`],
    [`< ${NEXT} >; rel="next"`],
  ])('is found in %s', (header) => {
    expect(next(header)).toBe(NEXT);
  });

  test.each([
    ['/logs?after=b', '/logs?after=b'],
    ['?after=b', '/logs?after=b'],
    ['more?after=b', '/more?after=b'],
    ['../a/./b', '/a/b'],
    ['', '/logs?after=a&limit=2'],
    ['/logs?after=b#part', '/logs?after=b'],
    ['/a%2Fb?c=%20d', '/a%2Fb?c=%20d'],
  ])('is resolved from %j against a path', (target, expected) => {
    expect(next(`<${target}>; rel="next"`)).toBe(expected);
  });

  test('is resolved against a whole URL', () => {
    expect(next('</v2/logs?after=b>; rel="next"', `${ORIGIN}/v2/logs?after=a`)).toBe(`${ORIGIN}/v2/logs?after=b`);
    expect(next('<?after=b>; rel="next"', `${ORIGIN}/v2/logs?after=a`)).toBe(`${ORIGIN}/v2/logs?after=b`);
  });

  test.each([
    [undefined],
    [''],
    [' , ,'],
    [`<${NEXT}>`],
    [`<${NEXT}>; rel="prev"`],
    [`<${NEXT}>; rel="nextish"`],
    [`<${NEXT}>; title="next"`],
    ['</style.css>; rel=preload; as=style, <https://fonts.example>; rel=preconnect; crossorigin'],
  ])('is not in %s', (header) => {
    expect(next(header)).toBeUndefined();
  });
});

test.each([
  [NEXT],
  [`<${NEXT}; rel="next"`],
  [`<${NEXT}>; rel="next`],
  [`<${NEXT}> rel="next"`],
  [`<${NEXT}>; rel="next" <x>; rel="last"`],
  [`<${NEXT}>; rel="next", <${NEXT}2>; rel="next"`],
  ['<//[>; rel="next"'],
  [`<${NEXT}>; rel="next", ${'x'.repeat(40_000)}`],
])('%s cannot be understood, which is no end of paging', (header) => {
  expect(() => next(header)).toThrow(UnreadableError);
});

test.each([
  'https://evil.example/logs',
  'http://api.example.com/logs',
  'https://api.example.com.evil.example/',
  'https://user:password@api.example.com/logs',
  'https://api.example.com:444/logs',
  '//evil.example/logs',
  '/\\evil.example/logs',
  '\\\\evil.example/logs',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'blob:https://api.example.com/logs',
  '/..//evil.example/logs',
])('the link %s leads elsewhere, and is refused when it is to be followed', (target) => {
  for (const asked of ['/logs', `${ORIGIN}/logs`]) {
    const url = next(`<${target}>; rel="next"`, asked) as string;

    const followed = () => resolve(ORIGIN, url);

    if (target.startsWith('/..//') && asked.startsWith('https')) expect(followed().host).toBe('api.example.com');
    else expect(followed).toThrow(TidemarkError);
  }
});

test('any header is understood or refused, and what it leads to never leaves the origin', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '<',
      '>',
      ';',
      ',',
      '"',
      '\\',
      'rel=next',
      'rel="next"',
      '=',
      ' ',
      '/',
      '//',
      '?a=b',
      '..',
      '@',
      ':',
    ),
    fc.constantFrom('https:', 'evil.example', 'api.example.com', 'vendor.invalid', '<https://evil.example>; rel=next'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const asked = fc.constantFrom('/logs?a=b', `${ORIGIN}/logs?a=b`);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), asked, (pieces, isLink, url) => {
      const header = isLink ? `<${pieces.join('')}>; rel="next"` : pieces.join('');
      try {
        const found = next(header, url);
        if (found !== undefined) expect(resolve(ORIGIN, found).origin).toBe(ORIGIN);
      } catch (thrown) {
        // UnreadableError is a TidemarkError, too.
        expect(thrown).toBeInstanceOf(TidemarkError);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a quoted parameter says the same whatever is in it', () => {
  fc.assert(
    fc.property(fc.string(), (title) => {
      const quoted = title.replace(/["\\]/g, '\\$&');

      expect(next(`<${NEXT}>; title="${quoted}"; rel="next"`)).toBe(NEXT);
    }),
  );
});
