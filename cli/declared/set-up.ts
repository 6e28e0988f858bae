import type { Command } from '../command.ts';
import type { FeedOptions } from '../feeds/opened.ts';
import { TYPES_WITH_SECRET } from '../views/type-titles.ts';
import { CONFIG, SECRETS, STATE } from './shared.ts';

/** Commands of the first day. */
export const SET_UP: readonly Command[] = [
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
