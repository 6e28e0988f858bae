import { expect, test } from 'vitest';
import { hottest } from '../../bench/report/hottest.ts';
import { isReached } from '../../bench/report/row.ts';
import { writeTable } from '../../bench/report/table.ts';

const row = { figure: 'cpu', name: 'a source', value: 30, unit: 'us' };

test('a row is judged by its ratio if it has one, else by its value', () => {
  expect(isReached(row)).toBeUndefined();
  expect(isReached({ ...row, target: { most: 30 } })).toBe(true);
  expect(isReached({ ...row, target: { most: 29 } })).toBe(false);
  expect(isReached({ ...row, to: { name: 'floor', ratio: 3 }, target: { most: 2 } })).toBe(false);
  expect(isReached({ ...row, to: { name: 'times faster', ratio: 3 }, target: { least: 3 } })).toBe(true);
});

test('the table says what is missed', () => {
  const text = writeTable([row, { ...row, name: 'another', to: { name: 'floor', ratio: 3 }, target: { most: 2 } }]);

  expect(text).toMatch(/another +30\.0 +us +3\.00 +floor +<= 2 +MISSED\n/);
  expect(text.match(/MISSED/g)).toHaveLength(1);
});

test('a profile is summed up by function, in microseconds an event', () => {
  const place = (functionName: string) => ({ functionName, url: 'file:///bundle.mjs', lineNumber: 4 });
  const nodes = [place('parse'), place('write'), { functionName: '(idle)', url: '', lineNumber: -1 }];
  const profile = {
    nodes: [...nodes, place('parse')].map((at, id) => ({ id, at })),
    samples: [0, 1, 2, 3],
    timeDeltas: [10, 30, 500, 40],
  };

  const [first, second, total] = hottest(profile, 10, 5).split('\n');

  expect(first).toMatch(/^ +5\.00 us +62\.5 % {2}parse bundle\.mjs:5$/);
  expect(second).toMatch(/^ +3\.00 us +37\.5 % {2}write/);
  expect(total).toMatch(/^ +8\.00 us in all/);
});
