import type { Knows, Stream } from '../../model.ts';
import type { UnknownName } from '../../stored/findings/unknown-name.ts';
import { clean } from '../excerpt.ts';

/** An unknown name for people: what it holds, and how the mapping would take it. */
export interface ToldName {
  readonly kind: UnknownName['kind'];
  readonly name: string;
  readonly shape: string;
  /** The file of the mapping, and the line in it that would take the name. */
  readonly file: string;
  readonly line: string;
}

/** The name for people, with the line of the mapping that would take it. Undefined if the mapping knows it. */
export function toldName({ knows }: Pick<Stream, 'knows'>, one: UnknownName): ToldName | undefined {
  if (!knows || !isUnknown(knows, one)) return undefined;
  const { kind, shape } = one;
  const { file, line } = (kind === 'event' ? knows.event?.(one.name) : undefined) ?? {
    file: knows.file,
    line: fieldLine(one),
  };
  return { kind, name: clean(one.name), shape: clean(shape), file, line: clean(line) };
}

/** Whether the mapping still does not know the name. */
export function isUnknown(knows: Knows | undefined, { kind, name }: UnknownName): boolean {
  if (!knows) return false;
  if (kind === 'event') return knows.event?.(name) !== undefined;
  return !knows.fields.some((field) => field === name || field.startsWith(`${name}.`));
}

/** `userAgent: textOf(record.userAgent)` as a field of the vendor's own, in the spelling of ECS. */
function fieldLine({ name, shape }: UnknownName): string {
  const key = name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
  const place = name
    .split('.')
    .map((part) => (/^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`))
    .join('');
  const read = shape === 'text' ? 'textOf' : shape === 'number' ? 'numberOf' : '';
  return `${key || 'field'}: ${read === '' ? `record${place}` : `${read}(record${place})`},`;
}
