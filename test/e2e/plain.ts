import type { ApiFaults, Faults } from '../../simulators/faults.ts';
import type { RunningSimulator, SimulatorOptions } from '../../simulators/simulator.ts';
import { offeredBySources } from '../sources/offered.ts';
import { benchTest, type Subject } from './bench.ts';

/** What the simulator of the plain vendor can be told, beside what all can. */
export interface PlainOptions extends SimulatorOptions<Faults & Pick<ApiFaults, 'oversized'>> {
  readonly pageSize?: number;
  /** Maximum number of requests a minute. */
  readonly limit?: number;
}

/** A vendor with one log that is read as JSON pages, and one token: tests of what is the same for every vendor take it. */
export interface PlainSubject extends Subject<PlainOptions, RunningSimulator> {
  readonly token: string;
  /** An answer with one record, which names this user, as the vendor would send it. */
  pageNaming(user: string, time: number): string;
  /** When a record of the vendor's happened, if it says so. */
  dateOf(record: string): string | undefined;
  /** A setting of the source with a value that it refuses, and the pattern of the setting's name in the complaint. */
  readonly wrongSettings: { readonly settings: object; readonly complaint: RegExp };
}

/** The first vendor whose tests offer it as the plain one: the `plain` of `test/sources/<vendor>/e2e/stage.ts`. */
async function findPlain(): Promise<PlainSubject> {
  const stages = await offeredBySources<{ readonly plain?: PlainSubject }>('e2e/stage.ts');
  const found = stages.find(({ plain }) => plain !== undefined)?.plain;
  if (found === undefined) throw new Error('No test/sources/<vendor>/e2e/stage.ts exports a vendor as `plain`.');
  return found;
}

export const plain = await findPlain();

/** The id of the plain vendor's source, its stream, and the name of the feed of one of its connections. */
export const SOURCE = plain.source.id;
export const [STREAM] = plain.streams;
export const feedOf = (connection: string) => `${SOURCE}/${STREAM}/${connection}`;

/** A test that may start benches with the plain vendor. */
export const test = benchTest(plain);
