import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldType } from '../../../functions/formats/ecs-fields.ts';
import { parseFile } from './parse-file.ts';
import type { Correlation, Detection, Rule } from './rule.ts';
import { Place } from './rule-error.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** As the specification has it: converters name their results after the file. */
const FILE_NAME = /\/[a-z0-9_]{6,66}\.yml$/;

/** Reads all rules of `content/sigma`, by the paths of their files. The first thing that is wrong is an error. */
export function readRules(): readonly Rule[] {
  const rules = globSync('content/sigma/**/*.{yml,yaml}', { cwd: ROOT })
    .toSorted()
    .map((file) => {
      if (!FILE_NAME.test(file))
        throw new Place(file).error('The name of the file does not fit', 'Use a-z, 0-9 and _.');
      return parseFile(file, readFileSync(join(ROOT, file), 'utf8'), fieldType);
    });
  checkUnique(rules);
  return rules;
}

/** Whoever imports all files at once must be able to tell the rules apart. */
export function checkUnique(rules: readonly Rule[]): void {
  const owners = new Map<string, string>();
  for (const { file, logic } of rules) {
    for (const mark of marksOf(logic)) {
      const owner = owners.get(mark);
      if (owner !== undefined) throw new Place(file).error(`${owner} has the same ${mark}`, 'Give it another.');
      owners.set(mark, file);
    }
  }
}

function marksOf(logic: Detection | Correlation): string[] {
  const { id, title, name } = logic;
  const own = [`id ${id}`, `title ${title}`, ...(name === undefined ? [] : [`name ${name}`])];
  return [...own, ...(logic.kind === 'correlation' ? logic.rules.flatMap(marksOf) : [])];
}
