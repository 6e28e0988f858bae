import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldType } from '../../functions/formats/ecs-fields.ts';
import { convert } from '../../tools/content/convert/language.ts';
import { lucene } from '../../tools/content/convert/lucene.ts';
import { matches } from '../../tools/content/sigma/evaluate/matches.ts';
import { parseFieldMatch } from '../../tools/content/sigma/field-match.ts';
import { readRules } from '../../tools/content/sigma/read-rules.ts';
import type { Correlation, Detection, Expression } from '../../tools/content/sigma/rule.ts';
import { Place } from '../../tools/content/sigma/rule-error.ts';
import { splEval, splSearch } from '../../tools/content/splunk/spl.ts';
import { GOLDEN_EVENTS } from '../formats/golden-events.ts';
import { readLucene } from './lucene-reader.ts';
import { splunkFields } from './splunk/conf-reader.ts';
import { readEval } from './splunk/eval-reader.ts';
import { readSearch } from './splunk/search-reader.ts';

// A converted rule finds the same events as the rule. What reads the queries here was written for these tests: it shows that the text of
// a query means what the rule means, and not that a product reads it so.

const EVENTS = GOLDEN_EVENTS.flatMap(([, events]) => events);

/** Whether the query of each language finds an event. */
function answersOf(expression: Expression): Record<string, (event: object) => boolean> {
  const byLucene = readLucene(convert(expression, lucene));
  const bySearch = readSearch(convert(expression, splSearch));
  const byEval = readEval(convert(expression, splEval));
  return {
    lucene: byLucene,
    search: (event) => bySearch(splunkFields(event)),
    eval: (event) => byEval(splunkFields(event)) === true,
  };
}

describe.each(readRules().map((rule) => [rule.title, rule.logic] as const))('%s', (_, logic) => {
  test.each(leavesOf(logic).map((leaf) => [leaf.title, leaf] as const))(
    '%s is the same in Lucene and in SPL for all golden events',
    (_title, { condition }) => {
      for (const [language, answer] of Object.entries(answersOf(condition)))
        for (const event of EVENTS) expect(answer(event), language).toBe(matches(event, condition));
    },
  );
});

/** Everything that has a meaning in one of the languages. */
const HOSTILE = [...'\\"\'*?:/+-=&|!(){}[]<>^~#@%_., \n\täÄßaAbB', 'AND', 'OR NOT', '||', '*:*', '(?i)'];
const hostileText = fc
  .array(fc.constantFrom(...HOSTILE), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''));
const MODIFIERS = ['', '|contains', '|startswith', '|endswith', '|cased'];

describe('a text with characters that mean something elsewhere', () => {
  const condition = (key: string, text: string) =>
    parseFieldMatch(new Place('a.yml'), [key, text.replaceAll(/[\\*?]/g, '\\$&')], fieldType);

  test.each(MODIFIERS)('is found as it is: user.name%s', (modifier) => {
    fc.assert(
      fc.property(hostileText, hostileText, hostileText, (text, before, behind) => {
        const expression = condition(`user.name${modifier}`, text);
        const isSearchable = !text.includes('*') && modifier !== '|cased';
        const all = { lucene: readLucene(convert(expression, lucene)), eval: readEval(convert(expression, splEval)) };
        const search = isSearchable ? readSearch(convert(expression, splSearch)) : undefined;
        for (const name of [text, text.toUpperCase(), before + text, text + behind, before]) {
          const event = { user: { name } };
          const expected = matches(event, expression);
          expect(all.lucene(event), convert(expression, lucene)).toBe(expected);
          expect(all.eval(splunkFields(event)) === true, convert(expression, splEval)).toBe(expected);
          if (search) expect(search(splunkFields(event)), convert(expression, splSearch)).toBe(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  test.each(['tags', 'related.user'])('is found among several: %s', (field) => {
    fc.assert(
      fc.property(hostileText, hostileText, (text, other) => {
        const lower = field === 'tags' ? text.toLowerCase() : text;
        const expression = condition(`${field}|contains`, lower);
        const event = field === 'tags' ? { tags: [other, lower] } : { related: { user: [other, lower] } };
        expect(readLucene(convert(expression, lucene))(event)).toBe(true);
        expect(readEval(convert(expression, splEval))(splunkFields(event))).toBe(true);
      }),
    );
  });
});

function leavesOf(logic: Detection | Correlation): Detection[] {
  return logic.kind === 'detection' ? [logic] : logic.rules.flatMap(leavesOf);
}
