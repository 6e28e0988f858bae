// What the command line looks up of a deployment. CloudFormation takes letters and digits only.

/** The state machines: of all feeds of a backfill, and of each. */
export const BACKFILL_MACHINE = 'BackfillMachine';
export const BACKFILL_FEED_MACHINE = 'BackfillFeedMachine';
export const QUARANTINE_BUCKET = 'QuarantineBucket';

/** The output with the ARN of a source's function: of what schedules invoke, or of what backfills do. */
export function functionOutput(source: string, purpose: '' | 'backfill' = ''): string {
  return `${[...source.split('-'), purpose, 'function'].map(capital).join('')}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
