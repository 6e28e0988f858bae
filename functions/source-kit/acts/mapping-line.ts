import type { MappingLine } from '../../core/model.ts';
import { wordsIn } from './words.ts';

/**
 * The line of the table of verbs that would take a verb that it does not have. Who adds it looks at the spelling: English has no
 * rule for the last letter of `calibrate` in `calibrated`.
 *
 * @param word the verb as it is, or in the past tense
 */
export function verbLine(word = ''): MappingLine {
  const [verb = 'verb'] = wordsIn(word);
  const [base, done] = /..ed$/.test(verb) ? [presentOf(verb), verb] : [verb, pastOf(verb)];
  return { file: 'functions/source-kit/acts/verbs.ts', line: `${done}: '${base}',` };
}

function presentOf(past: string): string {
  return past
    .replace(/(?<=at|iz|is|us|[cgvu])ed$/, 'e')
    .replace(/ied$/, 'y')
    .replace(/ed$/, '');
}

function pastOf(verb: string): string {
  if (verb.endsWith('e')) return `${verb}d`;
  return /[^aeiou]y$/.test(verb) ? `${verb.slice(0, -1)}ied` : `${verb}ed`;
}
