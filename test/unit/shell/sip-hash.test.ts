import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sipHash } from '../../../functions/shell/table/sip-hash.ts';

/** The key of the published test values, and the texts: the bytes 0, 1, 2 ... of each length. */
const KEY = Uint8Array.from({ length: 16 }, (_, at) => at);
const countingUp = (length: number) => Uint8Array.from({ length }, (_, at) => at);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('the MAC of event ids', () => {
  it('has the values that the authors of SipHash-2-4 published', () => {
    const published: [number, string][] = [
      [0, '310e0edd47db6f72'],
      [1, 'fd67dc93c539f874'],
      [7, '37d1018bf50002ab'],
      [8, '6224939a79f5f593'],
      [15, 'e545be4961ca29a1'],
      [16, 'db9bc2577fcc2a3f'],
      [63, '724506eb4c328a95'],
    ];

    expect(published.map(([length]) => [length, hex(sipHash(KEY, countingUp(length)))])).toEqual(published);
  });

  it('is another one under another key, and for another text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.uint8Array({ minLength: 16, maxLength: 16 }), (text, key) => {
        const hash = hex(sipHash(key, text));
        expect(hex(sipHash(key, Uint8Array.of(...text, 0)))).not.toBe(hash);
        expect(hex(sipHash(key.with(0, (key[0] as number) ^ 1), text))).not.toBe(hash);
      }),
    );
  });
});
