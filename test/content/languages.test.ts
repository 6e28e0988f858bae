import { describe, expect, test } from 'vitest';
import { fieldType } from '../../functions/formats/ecs-fields.ts';
import { convert, type Language } from '../../tools/content/convert/language.ts';
import { lucene } from '../../tools/content/convert/lucene.ts';
import { esql } from '../../tools/content/elastic/esql.ts';
import { ppl } from '../../tools/content/opensearch/ppl.ts';
import { parseFieldMatch } from '../../tools/content/sigma/field-match.ts';
import type { Expression } from '../../tools/content/sigma/rule.ts';
import { Place } from '../../tools/content/sigma/rule-error.ts';
import { splEval, splSearch } from '../../tools/content/splunk/spl.ts';

/** A condition as a rule has it, such as `user.name|contains`. */
function condition(key: string, value: unknown): Expression {
  return parseFieldMatch(new Place('rule.yml'), [key, value], fieldType);
}

type Row = readonly [language: Language, key: string, value: unknown, query: string];

/** A text with a quote, a backslash, a colon and a space, as it stands between quotes of YAML. */
const ODD = 'a"b\\c: d';

test.each<Row>([
  [lucene, 'event.action', 'login-failed', 'event.action:"login-failed"'],
  [lucene, 'event.action', 'Login-Failed', 'event.action:"login-failed"'],
  [lucene, 'event.action', ['a', 'b'], '(event.action:"a" OR event.action:"b")'],
  [lucene, 'event.action|startswith', 'user-', 'event.action:user\\-*'],
  [lucene, 'user.name|cased', ODD, 'user.name:"a\\"b\\\\c: d"'],
  [lucene, 'user.name|cased|contains', ODD, 'user.name:*a\\"b\\\\c\\:\\ d*'],
  [lucene, 'user.name|cased|contains', 'a<b', 'user.name:/.*a\\<b.*/'],
  [lucene, 'user.name', 'Ab-1', 'user.name:/[aA][bB]\\-1/'],
  [lucene, 'user.name|contains', '\\*', 'user.name:*\\**'],
  [lucene, 'user.id', '42?', 'user.id:42?'],
  [lucene, 'user.name|contains|all', ['1', '2'], '(user.name:*1* AND user.name:*2*)'],
  [lucene, 'source.ip|cidr', '10.0.0.0/8', 'source.ip:"10.0.0.0/8"'],
  [lucene, 'user.name|exists', true, '_exists_:user.name'],
  [lucene, 'user.name', null, '(*:* AND NOT _exists_:user.name)'],
  [splSearch, 'event.category', 'iam', '"event.category{}"="iam"'],
  [splSearch, 'user.name', ODD, 'user.name="a\\"b\\\\c: d"'],
  [splSearch, 'user.name|contains', 'a b', 'user.name="*a b*"'],
  [splSearch, 'user.name', null, '(NOT user.name=*)'],
  [splEval, 'user.name', ODD, `lower('user.name')="a\\"b\\\\c: d"`],
  [splEval, 'user.name|contains', 'a.b', `match('user.name', "(?si)^.*a\\\\.b.*$")`],
  [splEval, 'tags', 'x', `isnotnull(mvfind('tags{}', "(?si)^x$"))`],
  [splEval, 'source.ip|cidr', '10.0.0.0/8', `cidrmatch("10.0.0.0/8", 'source.ip')`],
  [esql, 'event.action', 'login-failed', 'event.action == "login-failed"'],
  [esql, 'user.name', ODD, 'TO_LOWER(user.name) == "a\\"b\\\\c: d"'],
  [esql, 'user.name|contains', 'a\\*b\\\\c', 'TO_LOWER(user.name) LIKE "*a\\\\*b\\\\\\\\c*"'],
  [esql, 'event.category', 'iam', 'CONCAT("\\n", MV_CONCAT(event.category, "\\n"), "\\n") LIKE "*\\niam\\n*"'],
  [esql, 'source.ip|cidr', '10.0.0.0/8', 'CIDR_MATCH(source.ip, "10.0.0.0/8")'],
  [esql, 'user.name', null, 'user.name IS NULL'],
  [ppl, 'event.action', 'login-failed', "event.action = 'login-failed'"],
  [ppl, 'user.name', "it's\\ok", "lower(user.name) = 'it\\'s\\\\ok'"],
  [ppl, 'user.name|startswith', '5%_', "like(lower(user.name), '5\\\\%\\\\_%')"],
  [ppl, 'source.ip|cidr', '10.0.0.0/8', "cidrmatch(source.ip, '10.0.0.0/8')"],
])('$0.name: $1 $2', (language, key, value, query) => {
  expect(convert(condition(key, value), language)).toBe(query);
});

test.each<readonly [Language, string]>([
  [lucene, '(*:* AND NOT event.action:"x")'],
  [splSearch, '(NOT event.action="x")'],
  [splEval, `(NOT coalesce(lower('event.action')="x", false()))`],
  [esql, '(NOT COALESCE(event.action == "x", false))'],
  [ppl, "(NOT ifnull(event.action = 'x', false))"],
])('$0.name: what is not so also holds for an event without the field', (language, query) => {
  expect(convert({ kind: 'not', of: condition('event.action', 'x') }, language)).toBe(query);
});

describe('what a language has no form for is an error', () => {
  test.each<readonly [Language, string, unknown]>([
    [splSearch, 'user.name', 'a\\*b'],
    [splSearch, 'user.id', '4?'],
    [splSearch, 'user.name|cased', 'a'],
    [lucene, 'source.ip|startswith', '10.'],
    [lucene, 'user.name', ''],
    [esql, 'tags', 'a*b'],
    [ppl, 'event.category', 'iam'],
    [ppl, 'source.ip|startswith', '10.'],
    ...[lucene, splSearch, splEval, esql, ppl].map((language) => [language, 'user.name|re', 'a.b'] as const),
    ...[lucene, splSearch, splEval, esql, ppl].map((language) => [language, 'user.name|fieldref', 'user.id'] as const),
  ])('$0.name: $1 $2', (language, key, value) => {
    expect(() => convert(condition(key, value), language)).toThrow(`${language.name} cannot test`);
  });
});
