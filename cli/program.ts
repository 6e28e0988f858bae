import { Argument, Command as Commander, Option } from 'commander';
import type { Command, CommandOption } from './command.ts';
import { GROUPS } from './commands.ts';
import { print, tell } from './views/terminal.ts';
import { useUtc } from './views/time-text.ts';

const ABOUT = 'tidemark: forwards audit logs, and loses none';

const BESIDE = `
Beside a running tidemark run, the others work in the same state directory; with --cloud, on what is deployed in an AWS account.
tidemark COMMAND --help says what a command takes, with examples. In a clone, where tidemark is no word of the shell: npx tidemark COMMAND.`;

/** The command line as the library knows it, from what the commands declare. What a command resolves to is told to `onEnd`. */
export function programOf(version: string, onEnd: (code: number) => void): Commander {
  const program = new Commander('tidemark')
    .description(ABOUT)
    .version(version, '-V, --version', 'the version')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError(true)
    .showHelpAfterError('tidemark --help lists the commands.')
    .configureOutput({
      writeOut: (text) => print(text.trimEnd()),
      writeErr: (text) => tell(text.trimEnd()),
      outputError: (text, write) => write(`tidemark: ${text.replace(/^error: /, '')}`),
    })
    .configureHelp({ subcommandTerm: termOf })
    .addHelpText('after', BESIDE);
  for (const [heading, commands] of Object.entries(GROUPS)) {
    for (const command of commands) add(program, command, { heading, onEnd });
  }
  return program;
}

/** A command in the list of commands. All of them have options. */
function termOf(command: Commander): string {
  const words = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
  return [command.name(), ...words].join(' ');
}

interface Place {
  readonly heading: string;
  readonly onEnd: (code: number) => void;
}

function add(program: Commander, command: Command, { heading, onEnd }: Place): void {
  const words = command.name.split(' ');
  const name = words.at(-1) as string;
  const parent = words.slice(0, -1).reduce((above, word) => groupOf(above, word, { command, heading }), program);
  const made = parent
    .command(name)
    .summary(command.about)
    .showHelpAfterError(`tidemark ${command.name} --help says what it takes.`)
    .description(command.details === undefined ? command.about : `${command.about}\n\n${command.details}`)
    .helpGroup(words.length > 1 ? 'Commands:' : `${heading}:`)
    .allowExcessArguments(command.passesOn ?? false)
    .allowUnknownOption(command.passesOn ?? false)
    .passThroughOptions(command.passesOn ?? false)
    .addHelpText('after', examplesOf(command));
  for (const { name: argument, about, optional = false, choices } of command.arguments ?? []) {
    const added = new Argument(optional ? `[${argument}]` : `<${argument}>`, about);
    made.addArgument(choices ? added.choices(choices) : added);
  }
  for (const option of command.options) made.addOption(optionOf(option));
  made.action(async () => {
    const options = made.opts();
    useUtc(options.utc === true);
    onEnd(await command.run(withFlags(command, options), made.args));
  });
}

/** A command that only has commands under it, such as `secret`. */
function groupOf(above: Commander, word: string, { command, heading }: { command: Command; heading: string }) {
  const there = above.commands.find((one) => one.name() === word);
  if (there) return there;
  return above.command(word).summary(command.about).helpGroup(`${heading}:`).helpCommand(false);
}

function optionOf({ flags, about, default: fallback, choices, required, many }: CommandOption): Option {
  const option = new Option(flags, about);
  if (fallback !== undefined) option.default(fallback);
  if (choices) option.choices(choices);
  if (required) option.makeOptionMandatory();
  if (many) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  return option;
}

/** A flag that is not given is false, not missing: commands need not tell the two apart. */
function withFlags({ options }: Command, given: Readonly<Record<string, unknown>>): object {
  const flags = options
    .filter(({ flags }) => !flags.includes('<'))
    .map(({ flags }) => new Option(flags).attributeName());
  return { ...Object.fromEntries(flags.map((name) => [name, false])), ...given };
}

function examplesOf({ examples }: Command): string {
  const lines = examples.map(([line, about]) => `  $ tidemark ${line}\n      ${about}`);
  return `\nExamples:\n${lines.join('\n')}`;
}
