/** An option of a command. */
export interface CommandOption {
  /** As it is typed: `--once`, `--feed <pattern>`. With a word in angle brackets it takes a value. */
  readonly flags: string;
  readonly about: string;
  readonly default?: string;
  /** The values that it takes, if they are few. Any other is refused. */
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** It may be given several times: its value is a list. */
  readonly many?: boolean;
  /** What a shell offers for its value. */
  readonly completes?: Completes;
}

/** An argument of a command: a word without dashes. */
export interface CommandArgument {
  readonly name: string;
  readonly about: string;
  readonly optional?: boolean;
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}

/** What the shell offers for a value. Files are offered by the shell itself. */
export type Completes = 'feed' | 'source' | 'stream' | 'connection' | 'destination';

/** The options given on the command line, with defaults filled in. Each command knows which it declared. */
export type Given = object;

/** A command of the command line. Its implementation is loaded when it is run, so that `--help` starts at once. */
export interface Command {
  /** One word, or two: `secret set`. */
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** What `--help` says after it. */
  readonly details?: string;
  readonly arguments?: readonly CommandArgument[];
  readonly options: readonly CommandOption[];
  /** Whether what follows its argument are options that it knows only then, `--help` included: they come as words. */
  readonly passesOn?: true;
  /** A command line without `tidemark`, and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Resolves to the exit code. */
  run(options: Given, words: readonly string[]): Promise<number>;
}
