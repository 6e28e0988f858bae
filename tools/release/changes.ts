import { TidemarkError } from '../../functions/core/errors.ts';

/** The part of the change log about a version, or about what is not released yet if the version has no heading. */
export function changesOf(changelog: string, version: string): string {
  const parts = changelog.split(/^(?=## )/m).slice(1);
  const part = [version, 'Unreleased'].flatMap((name) => parts.find((one) => headingOf(one) === name) ?? [])[0];
  if (part === undefined) {
    throw new TidemarkError({
      code: 'config',
      stage: 'processing',
      message: `CHANGELOG.md has no heading for ${version}, and none for what is not released.`,
      remedy: `Write what has changed under "## ${version} - <date>".`,
    });
  }
  return `${part.trimEnd()}\n`;
}

/** The version in a heading: `## 0.2.0 - 2026-12-24`. */
function headingOf(part: string): string {
  return /^## \[?([^\]\s]+)/.exec(part)?.[1] ?? '';
}
