import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SELF_EVENTS } from '../../functions/core/events/self-events.ts';
import { meaningOf } from '../../functions/source-kit/acts/vocabulary.ts';
import { convertersOf } from '../../tools/content/sigma/converters.ts';
import { evaluate } from '../../tools/content/sigma/evaluate/evaluate.ts';
import { type Event, textsAt, valueAt } from '../../tools/content/sigma/evaluate/values.ts';
import { fieldsOf, matchesIn } from '../../tools/content/sigma/fields-of.ts';
import { readProof } from '../../tools/content/sigma/proofs/read-proofs.ts';
import { readRules } from '../../tools/content/sigma/read-rules.ts';
import type { Correlation, Detection, FieldMatch } from '../../tools/content/sigma/rule.ts';
import { GOLDEN_EVENTS } from '../formats/golden-events.ts';

const ROOT = join(import.meta.dirname, '../..');
const rules = readRules();
const golden = GOLDEN_EVENTS.flatMap(([, events]) => events);

function matchesOf(logic: Detection | Correlation): readonly FieldMatch[] {
  return logic.kind === 'detection' ? matchesIn(logic.condition) : logic.rules.flatMap(matchesOf);
}

/** The texts of a field that a rule names without wildcards. */
function valuesOf(logic: Detection | Correlation, field: string): string[] {
  return matchesOf(logic)
    .filter((match) => match.field === field)
    .flatMap(({ tests }) => tests)
    .flatMap((one) => {
      if (one.kind !== 'text' || one.pattern.some((part) => 'wildcard' in part)) return [];
      return one.pattern.map((part) => ('text' in part ? part.text : ''));
    });
}

const modulesIn = (events: readonly Event[]) => events.flatMap((event) => textsAt(event, 'event.module'));

describe.each(rules.map((rule) => [rule.title, rule] as const))('%s', (_, rule) => {
  const { logic } = rule;
  const proof = readProof(rule);

  test.each(proof.fires.map((one) => [one.what, one] as const))('fires: %s', (_, { events }) => {
    expect(evaluate(logic, events)).not.toEqual([]);
  });

  test.each(proof.misses.map((one) => [one.what, one] as const))('does not fire: %s', (_, { events }) => {
    expect(evaluate(logic, events)).toEqual([]);
  });

  test('a miss is near: it is about the same vendor as what fires', () => {
    const fired = modulesIn(proof.fires.flatMap(({ events }) => events));
    for (const { events } of proof.misses) expect(fired).toEqual(expect.arrayContaining(modulesIn(events)));
  });

  test('looks at fields that golden events have', () => {
    const missing = fieldsOf(logic).filter((field) => !golden.some((event) => valueAt(event, field) !== undefined));
    expect(missing).toEqual([]);
  });

  test('names actions of the vocabulary, or acts of our own, and modules and datasets that exist', () => {
    const actions = valuesOf(logic, 'event.action');
    expect(actions.filter((one) => !meaningOf(one) && !Object.hasOwn(SELF_EVENTS, one))).toEqual([]);
    for (const field of ['event.module', 'event.dataset']) {
      const known = new Set(golden.flatMap((event) => textsAt(event, field)));
      expect(valuesOf(logic, field).filter((one) => !known.has(one))).toEqual([]);
    }
  });
});

test('there are at least thirty rules, and each of them has a proof of its own', () => {
  expect(rules.length).toBeGreaterThanOrEqual(30);
  const proofs = globSync('content/proofs/**/*.yml', { cwd: ROOT }).map((file) => file.replace('/proofs/', '/sigma/'));
  expect(proofs.toSorted()).toEqual(rules.map(({ file }) => file));
});

test('rules that only some languages can express are few, and named', () => {
  const hard = rules.filter(({ logic }) => convertersOf(logic).length < 2).map(({ title }) => title);
  expect(hard).toEqual(['Sign-In After Many Failures', 'User Unlocked and Signed In']);
});

test('the files are as converters and editors expect them: four spaces, and a newline at the end', () => {
  for (const { file } of rules) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    expect(text, file).not.toMatch(/\t|\r|^(?: {4})* {1,3}[^ \-c-]/m);
    expect(text, file).toMatch(/[^\n]\n$/);
  }
});
