import type { Command } from './command.ts';
import { EVENTS } from './declared/events.ts';
import { FORWARD } from './declared/forward.ts';
import { LOOK } from './declared/look.ts';
import { MEND } from './declared/mend.ts';
import { SET_UP } from './declared/set-up.ts';

/** All commands, by the headings of `tidemark --help`. */
export const GROUPS: Readonly<Record<string, readonly Command[]>> = {
  'Set up': SET_UP,
  Forward: FORWARD,
  Look: LOOK,
  'Look at events': EVENTS,
  'Prove and mend': MEND,
};

export const COMMANDS: readonly Command[] = Object.values(GROUPS).flat();
