import { BlockList, isIP } from 'node:net';
import type { Pattern } from '../pattern.ts';
import type { Comparison, Expression, FieldMatch, Test } from '../rule.ts';
import { type Event, textsAt, valueAt } from './values.ts';

/** Whether an event is what the condition of a rule describes. */
export function matches(event: Event, expression: Expression): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.of.every((one) => matches(event, one));
    case 'or':
      return expression.of.some((one) => matches(event, one));
    case 'not':
      return !matches(event, expression.of);
    case 'match':
      return fits(event, expression);
  }
}

function fits(event: Event, { field, link, tests }: FieldMatch): boolean {
  const holds = (test: Test) => passes(event, field, test);
  return link === 'all' ? tests.every(holds) : tests.some(holds);
}

function passes(event: Event, field: string, test: Test): boolean {
  const texts = textsAt(event, field);
  switch (test.kind) {
    case 'exists':
      return (valueAt(event, field) !== undefined) === test.exists;
    case 'null':
      return texts.length === 0;
    case 'text': {
      const form = new RegExp(`^${sourceOf(test.pattern)}$`, test.cased ? 'su' : 'isu');
      return texts.some((text) => form.test(text));
    }
    case 're': {
      const form = new RegExp(test.source, `${test.flags}u`);
      return texts.some((text) => form.test(text));
    }
    case 'cidr': {
      const network = new BlockList();
      network.addSubnet(test.network, test.prefix, familyOf(test.network));
      return texts.some((text) => isIP(text) > 0 && network.check(text, familyOf(text)));
    }
    case 'compare': {
      const value = valueAt(event, field);
      return [value].flat().some((one) => typeof one === 'number' && COMPARE[test.with](one, test.value));
    }
    case 'fieldref': {
      const others = textsAt(event, test.field).map((text) => text.toLowerCase());
      return texts.some((text) => others.includes(text.toLowerCase()));
    }
  }
}

/** How a number is compared with that of a rule. */
export const COMPARE: Readonly<Record<Comparison | 'eq', (value: number, bound: number) => boolean>> = {
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
  eq: (value, bound) => value === bound,
};

function sourceOf(pattern: Pattern): string {
  return pattern
    .map((part) => {
      if ('wildcard' in part) return part.wildcard === '*' ? '.*' : '.';
      return part.text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    })
    .join('');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
