import { messageOf, TidemarkError } from '../../../functions/core/errors.ts';
import type { Finding } from '../../../functions/core/examine/finding.ts';
import { Denied } from './cloud.ts';

type Found = Finding<string>;

export function green(subject: string, check: string, found: string): Found {
  return { subject, check, ok: true, found, remedy: '' };
}

export function red(subject: string, check: string, found: string, remedy: string): Found {
  return { subject, check, ok: false, found, remedy };
}

/** Makes a check. What the credentials may not look at is told, and is no finding; any other failure is one. */
export async function looking(subject: string, check: string, work: () => Promise<Found[] | Found>): Promise<Found[]> {
  try {
    return [await work()].flat();
  } catch (thrown) {
    if (thrown instanceof Denied) return [green(subject, check, thrown.message)];
    const remedy = thrown instanceof TidemarkError ? thrown.remedy : 'Report this with tidemark diag.';
    return [red(subject, check, messageOf(thrown), remedy)];
  }
}

/** The beginning of a list, and how many more there are. */
export function some(names: readonly string[], most = 5): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
