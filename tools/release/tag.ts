/** Says what is wrong with releasing this version under a tag. Empty if nothing is. */
export function complaintsAboutTag(
  tag: string,
  { version, private: isPrivate }: { readonly version: string; readonly private?: boolean },
  changelog: string,
): string[] {
  const isDated = changelog
    .split('\n')
    .some(
      (line) =>
        line.startsWith(`## ${version} - `) && /^\d{4}-\d{2}-\d{2}$/.test(line.slice(`## ${version} - `.length)),
    );
  return [
    ...(tag === `v${version}`
      ? []
      : [`The tag is ${tag}, and package.json has the version ${version}: the tag has to be v${version}.`]),
    ...(isDated
      ? []
      : [`CHANGELOG.md has no heading "## ${version} - <date>". Write one above what is new in this version.`]),
    ...(isPrivate ? ['package.json says "private": true, so npm would refuse to publish it. Remove that.'] : []),
  ];
}
