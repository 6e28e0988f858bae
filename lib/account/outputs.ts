// Names of the stack outputs that the command line reads. CloudFormation allows letters and digits only.

/** The state machine of a whole backfill, and the one that reads a single feed. */
export const BACKFILL_MACHINE = 'BackfillMachine';
export const BACKFILL_FEED_MACHINE = 'BackfillFeedMachine';
export const QUARANTINE_BUCKET = 'QuarantineBucket';
/** The ARN of the key that signs evidence. */
export const EVIDENCE_KEY = 'EvidenceKey';
export const ARCHIVE_BUCKET = 'ArchiveBucket';

/** The metadata of templates that `npm run release` has made: the version. */
export const MADE_BY_RELEASE = 'Tidemark::Release';

/** The output that holds the ARN of a source's function: the one that schedules invoke, or the one for backfills. */
export function functionOutput(source: string, purpose: '' | 'backfill' = ''): string {
  return `${[...source.split('-'), purpose, 'function'].map(capital).join('')}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
