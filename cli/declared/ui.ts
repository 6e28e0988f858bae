import type { Command } from '../command.ts';
import type { UiOptions } from '../ui/serve-ui.ts';
import { CLOUD, CONFIG, FEED, OUT, SECRETS, STATE } from './shared.ts';

/** The page in the browser. */
export const UI: Command = {
  name: 'ui',
  about: 'a page in the browser: feeds, events, ledger, lateness, quarantine, and work on them',
  details:
    'Works beside a running tidemark run, alone on a state directory, or with --cloud. It is served on 127.0.0.1 only, and its address works once.',
  options: [
    { flags: '--port <number>', about: 'the port on 127.0.0.1 (default: any free one)' },
    FEED,
    CONFIG,
    STATE,
    OUT,
    SECRETS,
    CLOUD,
  ],
  examples: [
    ['ui', 'look at what the running tidemark run does'],
    ['ui --cloud', 'look at what is deployed'],
  ],
  run: async (options) => await (await import('../ui/serve-ui.ts')).ui(options as UiOptions),
};
