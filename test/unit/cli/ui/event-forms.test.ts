import { describe, expect, test } from 'vitest';
import { eventOf, formsOf, rowOf } from '../../../../cli/ui/data/events/event-forms.ts';
import type { EcsEvent } from '../../../../functions/core/ecs-event.ts';

const EVENT: EcsEvent = {
  '@timestamp': '2026-01-10T09:00:00.000Z',
  ecs: { version: '9.4.0' },
  message: 'Ada signed in',
  user: { name: 'ada' },
  event: {
    id: 'e1',
    kind: 'event',
    module: 'x',
    dataset: 'x.y',
    created: '2026-01-10T09:01:00.000Z',
    action: 'sign-in',
    outcome: 'failure',
    category: ['authentication'],
    type: ['start'],
    original: '{"who":"ada","deep":{"a":1}}',
  },
  observer: { vendor: 'X', product: 'Y', type: 'z' },
  tidemark: { feed: 'x/y/one', connection: 'one', vendor: 'X', product: 'Y' },
};
const LINE = JSON.stringify(EVENT);

describe('a delivered line', () => {
  test('of ECS is shown as raw, ECS, CEF and OCSF, with JSON in lines', () => {
    const forms = formsOf(LINE, 'ecs');

    expect(forms.map(({ title }) => title)).toEqual(['Raw', 'ECS', 'CEF', 'OCSF']);
    expect(forms[0]?.text).toBe('{\n  "who": "ada",\n  "deep": {\n    "a": 1\n  }\n}');
    expect(JSON.parse(forms[1]?.text ?? '')).toEqual(EVENT);
    expect(forms[2]?.text).toMatch(/^CEF:0\|X\|Y\|/);
    expect(JSON.parse(forms[3]?.text ?? '')).toMatchObject({ class_uid: 3002 });
  });

  test('is shown in the version that a destination gets', () => {
    const shape = { format: 'ocsf', ocsfVersion: '1.5.0' } as const;

    const forms = formsOf(LINE, 'ecs', [{ id: 'd', type: 't', heldFor: 0, settings: {}, shape }]);

    expect(JSON.parse(forms[3]?.text ?? '')).toMatchObject({ metadata: { version: '1.5.0' } });
  });

  test('in an envelope is the event inside', () => {
    expect(eventOf(JSON.stringify({ time: 1, host: 'h', event: EVENT }))).toEqual(EVENT);
  });

  test.each(['raw', 'cef', 'ocsf'] as const)(
    'of %s is shown as it is; the other formats say why they are not there',
    (format) => {
      const forms = formsOf('{"who":"ada"}', format);

      for (const form of forms) {
        if (form.format === format) expect(form.text).toBe('{\n  "who": "ada"\n}');
        else expect(form).toEqual({ ...form, remark: expect.stringContaining('Made from an event in ECS.') });
      }
    },
  );

  test('of an event of our own says that no vendor has sent a record', () => {
    const { original: _, ...event } = EVENT.event;

    const [raw, ecs] = formsOf(JSON.stringify({ ...EVENT, event }), 'ecs');

    expect(raw).toMatchObject({ remark: expect.stringContaining('no vendor') });
    expect(ecs?.text).toContain('sign-in');
  });

  test.each([
    '',
    'null',
    '[]',
    '7',
    '"x"',
    '{}',
    '{"event":null}',
    '{"@timestamp":1}',
    '{"event":{"id":1},"@timestamp":"x"}',
  ])('%j is no event, and breaks nothing', (line) => {
    expect(eventOf(line)).toBeUndefined();
    expect(rowOf(1, line, 'x')).toEqual({ key: 1, feed: 'x', text: line });
    expect(formsOf(line, 'raw')).toHaveLength(4);
  });
});

describe('the row of an event', () => {
  test('has what a person looks for', () => {
    expect(rowOf(7, LINE, 'x')).toEqual({
      key: 7,
      time: EVENT['@timestamp'],
      feed: 'x/y/one',
      action: 'sign-in',
      outcome: 'failure',
      user: 'ada',
      text: 'Ada signed in',
    });
  });

  test('keeps hostile text as text, and long text short', () => {
    const message = `<script>alert(1)</script>\u202e${'x'.repeat(10_000)}`;

    const { text } = rowOf(1, JSON.stringify({ ...EVENT, message }), 'x');

    expect(text).toHaveLength(240);
    expect(text).toContain('<script>');
  });
});
