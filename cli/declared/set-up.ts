import { DESTINATION_TYPES, SIMPLEST_TYPE } from '../../functions/destinations/destination-types.ts';
import { FORMATS } from '../../functions/formats/formats.ts';
import type { Command } from '../command.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import type { InitOptions } from '../init/init.ts';
import { USUAL_CONNECTION } from '../init/usual.ts';
import { TYPES_WITH_SECRET } from '../views/type-titles.ts';
import { CONFIG, SECRETS, STATE } from './shared.ts';

const TYPES = DESTINATION_TYPES.map(({ id }) => id);

/** Commands of the first day. */
export const SET_UP: readonly Command[] = [
  {
    name: 'init',
    about: 'ask which audit logs go where, write tidemark.json, store the secrets unseen, and run doctor',
    details:
      'Options stand for answers: with --source nothing is asked. Secrets are never options: they are typed unseen, or read from stdin. Exit code 1 if doctor finds something red.',
    options: [
      {
        flags: '--source <id>',
        about: 'the vendor whose log is read',
        completes: 'source',
      },
      { flags: '--connection <id>', about: `your name for the account there (default: ${USUAL_CONNECTION})` },
      { flags: '--origin <url>', about: 'where the vendor is, if every account has a host of its own' },
      { flags: '--setting <name=value>', about: 'a setting of the connection; may be given several times', many: true },
      { flags: '--destination <type>', about: `where events go (default: ${SIMPLEST_TYPE.id})`, choices: TYPES },
      { flags: '--destination-id <id>', about: 'a name for the destination (default: its type)' },
      { flags: '--format <format>', about: 'the form of the events there (default: ecs)', choices: FORMATS },
      {
        flags: '--destination-setting <name=value>',
        about: 'a setting of the destination; may be given several times',
        many: true,
      },
      { flags: '--secrets-stdin', about: 'stdin is a JSON object of secret name -> secret value' },
      { flags: '--add', about: 'add to the file that is there' },
      { flags: '--force', about: 'write over the file that is there' },
      { flags: '--skip-doctor', about: 'ask no vendor' },
      { flags: '--config <file>', about: 'the file to write (default: tidemark.json)' },
      STATE,
      SECRETS,
    ],
    examples: [
      ['init', 'asks for everything'],
      ['init --source SOURCE --connection acme --setting NAME=VALUE --format ocsf', 'asks for the credentials only'],
      ['init --source SOURCE --secrets-stdin < secrets.json', 'without a terminal'],
      ['init --add --source SOURCE --connection other', 'one more account, to the same destinations'],
    ],
    run: async (options) => await (await import('../init/init.ts')).init(options as InitOptions),
  },
  {
    name: 'secret set',
    about: 'put credentials in, unseen; from stdin as JSON without a terminal',
    arguments: [
      {
        name: 'name',
        about: `SOURCE/CONNECTION for a connection, or the id of a ${TYPES_WITH_SECRET} destination`,
        completes: 'connection',
      },
    ],
    options: [
      CONFIG,
      STATE,
      SECRETS,
      {
        flags: '--cloud',
        about: 'into Secrets Manager in the AWS account (AWS_PROFILE, AWS_REGION), instead of the file',
      },
    ],
    examples: [
      ['secret set SOURCE/acme', 'asks for each credential, and does not show it'],
      ['secret set SOURCE/acme --cloud < secret.json', 'from a file, into Secrets Manager'],
    ],
    run: async (options, words) =>
      await (await import('../commands/secret.ts')).setSecret(options as FeedOptions, words),
  },
  {
    name: 'simulate',
    about: 'simulate a vendor on this machine, with its faults, until Ctrl-C',
    details:
      'tidemark simulate SOURCE --help lists its options: how many events, and the faults. They can also be switched while it runs, at the address that it prints.',
    arguments: [{ name: 'source', about: 'whose vendor', completes: 'source' }],
    options: [],
    passesOn: true,
    examples: [
      ['simulate SOURCE --help', 'the options and faults of its simulator'],
      ['simulate SOURCE --per-minute 60 --late 0.1', 'an event a second, of which every tenth is late'],
    ],
    run: async (_, words) => await (await import('../commands/simulate.ts')).simulate(words),
  },
  {
    name: 'completion',
    about: 'print the script that completes tidemark’s words in a shell',
    details:
      'It completes what follows the word tidemark. In a clone, make tidemark a word of bash or zsh first: tidemark() { npx tidemark "$@"; }',
    arguments: [{ name: 'shell', about: 'which shell', choices: ['bash', 'zsh', 'fish'] }],
    options: [],
    examples: [
      ['completion bash > ~/.local/share/bash-completion/completions/tidemark', 'for bash'],
      ['completion zsh > ~/.zfunc/_tidemark', 'for zsh, where ~/.zfunc is in fpath'],
      ['completion fish > ~/.config/fish/completions/tidemark.fish', 'for fish'],
    ],
    run: async (_, words) => await (await import('../completion/print-script.ts')).printScript(words),
  },
];
