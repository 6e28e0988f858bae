import { readFileSync } from 'node:fs';

/** Commands of one block, and what the block below says that they print. */
interface Typed {
  readonly does: 'type';
  readonly commands: readonly string[];
  readonly printed: readonly string[];
}

/** A fault that is switched on in the page. */
export interface Switch {
  readonly does: 'switch';
  readonly simulator: string;
  readonly fault: string;
  readonly field: string;
  readonly value: number;
}

const PART =
  /```sh\n(?<commands>[\s\S]*?)```(?:\n\n```text\n(?<printed>[\s\S]*?)```)?|^\| (?<simulator>[\w ()]+) \| `(?<fault>\w+)` \| `(?<field>\w+)` (?<value>\d+) \|$/gm;

/** What the tour tells its readers to do, in its order. */
export function readTour(): (Typed | Switch)[] {
  const page = readFileSync(new URL('../../../docs/tour.md', import.meta.url), 'utf8');
  return [...page.matchAll(PART)].map(({ groups = {} }) => {
    const { commands, printed, simulator = '', fault = '', field = '', value } = groups;
    if (commands === undefined) return { does: 'switch', simulator, fault, field, value: Number(value) };
    return { does: 'type', commands: linesOf(commands), printed: linesOf(printed ?? '') };
  });
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** The lines of the page that are not found in an output, in their order. `...` stands for anything in a line, numbers for any number. */
export function linesNotIn(output: string, printed: readonly string[]): string[] {
  let rest = output.split('\n');
  return printed.filter((line) => {
    const found = rest.findIndex((each) => patternOf(line).test(each));
    if (found === -1) return true;
    rest = rest.slice(found + 1);
    return false;
  });
}

function patternOf(line: string): RegExp {
  const parts = line.split('...').map((part) =>
    part
      .trim()
      .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll(/\s+/g, '\\s+')
      .replaceAll(/[\d,]*\d/g, '[\\d,]+'),
  );
  return new RegExp(`^\\s*${parts.join('.*')}`);
}
