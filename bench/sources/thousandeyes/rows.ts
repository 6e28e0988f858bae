import { hash } from '../../../simulators/random.ts';
import { contentOf, type EventContent, stamp, textOf } from '../../../simulators/thousandeyes/event-content.ts';
import { contentAt, kept } from '../../endpoints/vendor.ts';

export { stamp } from '../../../simulators/thousandeyes/event-content.ts';

const PEOPLE = 400;
const THINGS = 1_500;
/** One row in five keeps the people of the simulator, whose names are odd. */
const ODD = 5;
const DATE = stamp(0);

/** The text of a row before and after its date. */
const parts = kept((number) => {
  const [before = '', after = ''] = textOf(varied(contentOf(hash(number)), hash(number, 1)), 0).split(DATE);
  return { before, after };
});

export function row(at: number, time: number): string {
  const { before, after } = parts(contentAt(at));
  return `${before}${stamp(time)}${after}`;
}

/** The simulator has few people and things: an organization that writes a hundred thousand events has more of them. */
function varied(content: EventContent, seed: number): EventContent {
  if (seed % ODD === 0 || content.uid === undefined) return content;
  const person = seed % PEOPLE;
  return {
    ...content,
    uid: String(88_000 + person),
    user: `Person ${person} of ${content.accountGroupName} (person.${person}@example.com)`,
    ...(content.ipAddress !== undefined && {
      ipAddress: `10.${person % 20}.${(seed >> 8) & 255}.${(seed >> 16) & 255}`,
    }),
    ...(content.resources && {
      resources: content.resources.map(({ name, type }) => ({ name: `${name} ${(seed >> 4) % THINGS}`, type })),
    }),
  };
}
