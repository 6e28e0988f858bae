import { hash } from '../../../simulators/random.ts';
import { contentOf } from '../../../simulators/vbrick/content/collections.ts';
import { csvLine } from '../../../simulators/vbrick/log/rows-text.ts';
import { contentAt, kept } from '../../endpoints/vendor.ts';

const PEOPLE = 400;
/** One row in five keeps the people of the simulator. */
const ODD = 5;
const WHEN = new Date(0).toISOString();
const GUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;

/** The text of a row before and after its time. */
const parts = kept((number) => {
  const record = contentOf('users', hash(number));
  const line = csvLine({ collection: 'users', number, id: number, time: 0, shownAt: 0, record: () => record }, {});
  const [before = '', after = ''] = varied(line, hash(number, 1)).split(WHEN);
  return { before, after };
});

export function row(at: number, time: number): string {
  const { before, after } = parts(contentAt(at));
  return `${before}${new Date(time).toISOString()}${after}`;
}

/** The simulator has few people: a tenant that writes a hundred thousand records has more of them. */
function varied(line: string, seed: number): string {
  if (seed % ODD === 0) return line;
  const person = (seed % PEOPLE).toString(16).padStart(4, '0');
  return line.replaceAll(GUID, (id) => `${id.slice(0, 9)}${person}${id.slice(13)}`);
}
