import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Expression, type ObjectExpression, type ParamPattern, parseSync, Visitor } from 'oxc-parser';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDERS = '{functions,lib,local,cli,simulators}/**/*.ts';

/** An error as it stands in the code. What is known only when it happens is `…`. */
export interface FoundError {
  readonly file: string;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** An object with the parts of an error: one that is thrown, or a verdict that becomes one. */
interface Parts {
  readonly code: Expression;
  readonly message: Expression;
  readonly remedy: Expression;
  /** The function that makes it: what it does not say itself, its callers do. */
  readonly maker: Maker | undefined;
}

/** A function or a constructor that makes errors from its arguments. */
interface Maker {
  readonly name: string;
  readonly params: readonly string[];
}

/** A file, and its constants that are texts. */
interface Place {
  readonly file: string;
  readonly constants: ReadonlyMap<string, string>;
}

interface PlacedCall {
  readonly file: string;
  readonly call: Call;
}

interface Call {
  readonly name: string;
  readonly args: readonly Expression[];
}

/** Every error of the program, from its code. */
export function findErrors(): FoundError[] {
  const files = globSync(FOLDERS, { cwd: ROOT }).sort();
  const read = files.map((file) => ({ file, ...readCode(readFileSync(join(ROOT, file), 'utf8')) }));
  const callsOfClasses = read.flatMap(({ file, calls }) => calls.map((call) => ({ file, call })));
  return read.flatMap(({ file, parts, calls, constants }) =>
    parts.flatMap((one) => {
      const own = calls.map((call) => ({ file, call }));
      const isClass = one.maker !== undefined && /^[A-Z]/.test(one.maker.name);
      return inWords(one, { file, constants }, isClass ? callsOfClasses : own);
    }),
  );
}

/** One error for each caller whose arguments it repeats, or the error alone. */
function inWords(parts: Parts, { file, constants }: Place, calls: readonly PlacedCall[]): FoundError[] {
  const { code, message, remedy, maker } = parts;
  const say = (place: string, given: ReadonlyMap<string, string>): FoundError[] =>
    choicesOf(code).map((one) => ({
      file: place,
      code: one,
      message: textOf(message, new Map([...constants, ...given])),
      remedy: textOf(remedy, new Map([...constants, ...given])),
    }));
  const callers = maker ? calls.filter(({ call }) => call.name === maker.name) : [];
  if (!maker || callers.length === 0 || !namesOne(maker.params, [message, remedy])) return say(file, new Map());
  return callers.flatMap(({ file: place, call }) =>
    say(place, new Map(maker.params.map((param, at) => [param, textOf(call.args[at], constants)]))),
  );
}

function namesOne(params: readonly string[], expressions: readonly Expression[]): boolean {
  return expressions.some((expression) => {
    const names = new Set<string>();
    for (const [, name = ''] of JSON.stringify(expression).matchAll(/"type":"Identifier"[^{}]*?"name":"(\w+)"/g))
      names.add(name);
    return params.some((param) => names.has(param));
  });
}

function readCode(source: string): { parts: Parts[]; calls: Call[]; constants: Map<string, string> } {
  const { program, errors } = parseSync('code.ts', source);
  if (errors.length > 0) throw new Error(errors[0]?.message);
  const parts: Parts[] = [];
  const calls: Call[] = [];
  const constants = new Map<string, string>();
  const makers: (Maker | undefined)[] = [];
  const classes: (string | undefined)[] = [];
  const enter = (name: string | undefined, params: readonly ParamPattern[]) =>
    void makers.push(name === undefined ? makers.at(-1) : { name, params: params.map(paramName) });
  new Visitor({
    ClassDeclaration: ({ id }) => void classes.push(id?.name),
    'ClassDeclaration:exit': () => void classes.pop(),
    MethodDefinition: ({ kind, value }) => enter(kind === 'constructor' ? classes.at(-1) : undefined, value.params),
    'MethodDefinition:exit': () => void makers.pop(),
    FunctionDeclaration: ({ id, params }) => enter(id?.name, params),
    'FunctionDeclaration:exit': () => void makers.pop(),
    NewExpression: ({ callee, arguments: args }) => {
      if (callee.type === 'Identifier') calls.push({ name: callee.name, args: args as Expression[] });
    },
    CallExpression: ({ callee, arguments: args }) => {
      if (callee.type === 'Identifier') calls.push({ name: callee.name, args: args as Expression[] });
    },
    VariableDeclarator: ({ id, init }) => {
      if (id.type === 'Identifier' && init?.type === 'Literal' && typeof init.value === 'string')
        constants.set(id.name, init.value);
    },
    ObjectExpression: (object) => {
      const found = partsOf(object);
      if (found) parts.push({ ...found, maker: makers.at(-1) });
    },
  }).visit(program);
  return { parts, calls, constants };
}

function paramName(param: ParamPattern): string {
  if (param.type === 'Identifier') return param.name;
  return param.type === 'AssignmentPattern' && param.left.type === 'Identifier' ? param.left.name : '';
}

function partsOf({ properties }: ObjectExpression): Omit<Parts, 'maker'> | undefined {
  const values = new Map<string, Expression>();
  for (const property of properties) {
    if (property.type === 'Property' && property.key.type === 'Identifier')
      values.set(property.key.name, property.value as Expression);
  }
  const [code, remedy] = [values.get('code'), values.get('remedy')];
  const message = values.get('message') ?? values.get('reason');
  if (!code || !message || !remedy || choicesOf(code).length === 0) return undefined;
  return { code, message, remedy };
}

/** The codes that an expression may give: a text, or either of two. */
function choicesOf(code: Expression): string[] {
  if (code.type === 'Literal') return [String(code.value)];
  if (code.type !== 'ConditionalExpression') return [];
  return [...choicesOf(code.consequent), ...choicesOf(code.alternate)];
}

/** The text of an expression, as far as it is known before it happens. */
function textOf(expression: Expression | undefined, given: ReadonlyMap<string, string>): string {
  return partOf(expression, given).replaceAll(/…+/g, '…');
}

function partOf(expression: Expression | undefined, given: ReadonlyMap<string, string>): string {
  switch (expression?.type) {
    case 'Literal':
      return typeof expression.value === 'string' ? expression.value : '…';
    case 'Identifier':
      return given.get(expression.name) ?? '…';
    case 'TemplateLiteral':
      return expression.quasis
        .map(({ value, tail }, at) => `${value.cooked}${tail ? '' : partOf(expression.expressions[at], given)}`)
        .join('');
    case 'ConditionalExpression':
      return `${partOf(expression.consequent, given)} / ${partOf(expression.alternate, given)}`;
    default:
      return '…';
  }
}
