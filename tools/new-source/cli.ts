import { parseArgs } from 'node:util';
import { clackAsker } from '../../cli/init/clack-asker.ts';
import { Interrupted } from '../../cli/interrupted.ts';
import { TidemarkError } from '../../functions/core/errors.ts';
import { defined } from '../../functions/source-kit/present.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { type Answers, AUTHS, checkAnswers, PAGINGS, USUAL_STREAM, wrong } from './answers.ts';
import { askAnswers } from './ask.ts';
import { ordinaryWords, render } from './render.ts';
import { finish, writeAll } from './write.ts';

const HELP = `npm run new-source -- ID [options]: writes the files of a new vendor, which work at once with its simulator.

  ID            such as acme; it never changes
  --name NAME   the product's name, for people (made from the id)
  --stream NAME the name of its log, such as system-log (${USUAL_STREAM})
  --auth KIND   ${Object.keys(AUTHS).join(', ')} (header)
  --paging KIND ${Object.keys(PAGINGS).join(', ')} (link)

On a terminal, what no option says is asked. docs/add-a-vendor.md says what comes then.
`;

const OPTIONS = {
  name: { type: 'string' },
  stream: { type: 'string' },
  auth: { type: 'string' },
  paging: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Wrong use. */
const USAGE = 2;

try {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (values.help) process.stdout.write(HELP);
  else await make(await answersOf(values, positionals));
} catch (thrown) {
  const known = thrown instanceof TidemarkError;
  const isUsage = known || (thrown as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`new-source: ${isUsage ? (thrown as Error).message : (thrown as Error).stack}\n`);
  if (known) process.stderr.write(`${thrown instanceof Interrupted ? HELP : thrown.remedy}\n`);
  process.exitCode = thrown instanceof Interrupted ? Interrupted.EXIT_CODE : isUsage ? USAGE : 1;
}

type Given = Readonly<Partial<Record<Exclude<keyof Answers, 'id'>, string>>>;

async function answersOf(
  { name, stream, auth, paging }: { [Flag in keyof Given]?: string | undefined },
  [id, ...more]: readonly string[],
): Promise<Answers> {
  const there = (await findSources()).map((source) => source.id);
  if (more.length > 0) throw wrong(`One id is wanted, and there are ${1 + more.length}.`, HELP);
  const given: Given = defined({ name, stream, auth, paging });
  const asks = Object.keys(given).length === 0 && process.stdin.isTTY && process.stdout.isTTY;
  if (asks) return await askAnswers(clackAsker(), id, there);
  if (id === undefined) throw wrong('No id is given, and there is no terminal to ask on.', HELP);
  return checkAnswers({ id, ...given }, there);
}

async function make(answers: Answers): Promise<void> {
  const files = render(answers, ordinaryWords(answers));
  await writeAll(files);
  await finish(answers.id, [...files.keys()]);
  process.stdout.write(nextSteps(answers, files));
}

/** The files with decisions, in the order in which they are best made, and the commands that show whether they are right. */
function nextSteps({ id, name, stream }: Answers, files: ReadonlyMap<string, string>): string {
  const order = ['source.ts', 'auth.ts', 'pages.ts', `${stream}.ts`, 'map.ts', 'quota.ts'];
  const rank = (path: string) =>
    path.startsWith('simulators/') ? order.length : order.findIndex((file) => path.endsWith(`/${file}`));
  const open = [...files].flatMap(([path, text]) => {
    const todos = [...text.matchAll(/TODO (\w+)/g)].map(([, what]) => what);
    return todos.length > 0 ? [{ path, todos }] : [];
  });
  const lines = open
    .toSorted((one, other) => rank(one.path) - rank(other.path))
    .map(({ path, todos }) => `  ${path.padEnd(48)} ${[...new Set(todos)].join(', ')}`);
  return `
${name} is there: ${files.size} files, its golden files and its pages. \`npm start\` forwards it from its simulator.

What only the vendor's documentation says is marked TODO:
${lines.join('\n')}

Put the vendor's documented answers into functions/sources/${id}/fixtures/. Then, as often as you like:
  npx vitest run test/golden.test.ts -u           what becomes of them; read the difference
  npm run generate                                pages and schema
  npx vitest run ${id} test/contract.test.ts      its tests, and what is asked of every source
  npm run check                                   everything
docs/add-a-vendor.md is the whole list.
`;
}
