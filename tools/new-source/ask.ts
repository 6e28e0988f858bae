import type { Asker } from '../../cli/init/asker.ts';
import {
  type Answers,
  AUTHS,
  PAGINGS,
  problemOfId,
  problemOfName,
  problemOfStream,
  USUAL_STREAM,
  usualName,
} from './answers.ts';

/** Asks for everything that the files of a new source depend on. @param given an id that the command line names */
export async function askAnswers(asker: Asker, given: string | undefined, there: readonly string[]): Promise<Answers> {
  const problem = given === undefined ? undefined : problemOfId(given, there);
  const id =
    given !== undefined && problem === undefined
      ? given
      : await asker.line(
          `${problem === undefined ? '' : `${problem} `}The id of the vendor, such as acme. It never changes.`,
          undefined,
          (answer) => problemOfId(answer, there),
        );
  const name = await asker.line('The name of the product, for people', usualName(id), problemOfName);
  const stream = await asker.line(
    'The name of its log, as a part of ids. It never changes.',
    USUAL_STREAM,
    problemOfStream,
  );
  const auth = await asker.one('How do requests prove who asks?', choicesOf(AUTHS));
  const paging = await asker.one('How does an answer lead to the next page?', choicesOf(PAGINGS));
  return { id, name, stream, auth: auth as Answers['auth'], paging: paging as Answers['paging'] };
}

function choicesOf(choices: Readonly<Record<string, string>>) {
  return Object.entries(choices).map(([value, label]) => ({ value, label }));
}
