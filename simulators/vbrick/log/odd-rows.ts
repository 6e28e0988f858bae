import type { Columns } from '../content/record.ts';

const DEEP = 10_000;

type Oddity = (columns: Columns, mark: string) => Partial<Columns>;

/** Each makes one row hostile. */
const ODDITIES: readonly Oddity[] = [
  () => ({ When: '' }),
  () => ({ When: 'yesterday' }),
  () => ({ When: '0001-01-01T00:00:00.000Z' }),
  () => ({ When: '9999-12-31T23:59:59.999Z' }),
  () => ({ When: '2026-02-31T25:61:00.000Z' }),
  ({ When }) => ({ When: String(Date.parse(When)) }),
  ({ When }) => ({ When: ` ${When.replace('Z', '0000+00:00')} ` }),
  () => ({ MessageKey: '', EntityKey: '', EntityId: '', Principal: '', PreviousState: '', CurrentState: '' }),
  (_, mark) => ({ MessageKey: `No separator | = "${mark}"\r\n`, EntityKey: 'Network:Zone', EntityId: 'no-guid' }),
  () => ({ MessageKey: `Network:Modify${'Very'.repeat(5000)}Long` }),
  () => ({ EntityId: '=HYPERLINK("https://evil.example/","click")', MessageKey: '+cmd|calc' }),
  (_, mark) => ({ Principal: '[]', Message: `"only text ${mark}"`, PreviousState: '7', CurrentState: 'true' }),
  () => ({ Principal: '{"Id":{"not":"text"}}', PreviousState: '[null,[],{}]', CurrentState: '{"Status":["Active"]}' }),
  () => ({ Principal: '{"Id":"a|b=c\\\\,d;e","Name":"x=1|y=2"}', CurrentState: '{"Status":"\\u0000"}' }),
  ({ Message }) => ({
    Message: extend(Message, '"__proto__":{"polluted":true},"constructor":{"prototype":{}},"toString":"x"'),
  }),
  ({ Message }) => ({ Message: extend(Message, '"big":123456789012345678901234567890,"tooLarge":1e400') }),
  ({ Message }) => ({ Message: extend(Message, '"UserId":"said twice","":"no name"') }),
  ({ Message }) => ({ Message: extend(Message, '"half":"\\ud83d of \\udc00"') }),
  ({ Message }) => ({ Message: extend(Message, `"deep":${'['.repeat(DEEP)}${']'.repeat(DEEP)}`) }),
  () => ({ PreviousState: '{not JSON', CurrentState: 'undefined', Principal: "{'Id':'single quotes'}" }),
  (_, mark) => ({ EntityId: `nul\u0000, \u001b[31m, \u2028 and \u202e ${mark}`, EntityKey: '\ufeffNetwork\rUser' }),
];

/** Number of kinds of odd rows. */
export const ODDITY_COUNT = ODDITIES.length;

/** A hostile row in place of an ordinary one. A mark in its command makes every row different, so that a lost one can be named. */
export function oddColumns(columns: Columns, number: number, turn: number): Columns {
  const mark = String(number);
  const marked = { ...columns, Message: extend(columns.Message, `"mark":"${mark}"`) };
  return { ...marked, ...(ODDITIES[turn % ODDITIES.length] as Oddity)(marked, mark) };
}

/** A row with at least this number of bytes. */
export function oversizedColumns(columns: Columns, number: number, bytes: number): Columns {
  const filler = `${number} `.repeat(Math.ceil(bytes / (String(number).length + 1)));
  return { ...columns, Message: extend(columns.Message, `"Description":${JSON.stringify(filler)}`) };
}

/** Adds members that no JavaScript object can have to the text of an object. */
function extend(text: string, members: string): string {
  return `${text.trimEnd().slice(0, -1)},${members}}`;
}
