import { messageOf } from '../errors.ts';
import type { Connection, Visibility } from '../model.ts';
import type { Asker } from '../requests/ask.ts';
import { askVisibility } from '../requests/visibility.ts';
import { type Finding, well } from './finding.ts';

/** What is examined, and what was seen at the last run. */
interface Sight {
  readonly subject: string;
  readonly visibility: Visibility;
  readonly before: unknown;
}

/** Checks how much of the log the credentials see. Feeds run also where the vendor does not tell. */
export async function examineVisibility(
  asker: Asker,
  connection: Connection,
  { subject, visibility, before }: Sight,
): Promise<Finding> {
  const red = (found: string, remedy: string): Finding => ({ subject, check: 'visibility', ok: false, found, remedy });
  try {
    const seen = await askVisibility(visibility, connection, asker);
    if (seen === undefined) return well(subject, 'visibility', 'the vendor does not tell');
    const { warning, shrank } = visibility.compare(seen, before);
    if (shrank !== undefined)
      return red(shrank, 'Restore what the credentials could see. See docs/runbook.md, refused.');
    if (warning !== undefined)
      return red(warning, 'Events are missing as long as that is so: docs/runbook.md, narrow-sight.');
    return well(subject, 'visibility', 'the credentials see the whole log');
  } catch (thrown) {
    return well(subject, 'visibility', `not known, the feeds run without it: ${messageOf(thrown)}`);
  }
}
