import fc from 'fast-check';
import { expect, test } from 'vitest';
import { remembered } from '../../../../functions/core/events/remembered.ts';

test('a result is computed once for a text, and is the one that it would be without memory', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '\ud83d', '\ude00', '\\', '"'), maxLength: 3 });
  const texts = fc.array(text, { maxLength: 30 });
  fc.assert(
    fc.property(texts, (texts) => {
      let computed = 0;
      const codesOf = remembered((text) => ({ codes: [...text].map((one) => one.codePointAt(0)), number: computed++ }));
      for (const text of texts) expect(codesOf(text).codes).toEqual([...text].map((one) => one.codePointAt(0)));
      expect(computed).toBe(new Set(texts).size);
    }),
  );
});

test('nothing is kept of texts that are too long, and not too many of the others', () => {
  let computed: string[] = [];
  const lengthOf = remembered((text) => {
    computed.push(text);
    return { length: text.length };
  });
  const long = 'x'.repeat(201);
  expect(lengthOf(long)).toEqual(lengthOf(long));
  expect(computed).toEqual([long, long]);

  for (let number = 0; number <= 500; number++) lengthOf(`text ${number}`);
  computed = [];
  lengthOf('text 500');
  lengthOf('text 0');
  expect(computed).toEqual(['text 0']);
});
