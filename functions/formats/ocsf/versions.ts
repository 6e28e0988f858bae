import { OCSF_VERSIONS, type OcsfVersion } from '../../core/model.ts';

// Facts of OCSF 1.3.0, 1.5.0 and 1.8.0 (ocsf/ocsf-schema, Apache-2.0).

interface Addition {
  /** The first of the versions here that has it. */
  readonly since: OcsfVersion;
  /** What events have from then on, for the documentation. */
  readonly about: string;
}

/** What later versions have and earlier ones have not, as far as events of Tidemark can use it. Activities say it themselves. */
export const ADDITIONS = {
  hasRawDataSize: { since: '1.5.0', about: '`raw_data_size`: the bytes of `raw_data`' },
  hasLongTexts: {
    since: '1.5.0',
    about: 'texts of any length. In 1.3.0 a text is cut after 65,535 characters, and complete under `unmapped`',
  },
  hasHostInBaseEvent: {
    since: '1.5.0',
    about: '`actor` and `device` in Base Event, by the profile `host`. In 1.3.0 they are under `unmapped`',
  },
  hasGroupsAlone: {
    since: '1.5.0',
    about:
      'Group Management without a user. 1.3.0 requires one, so that an event without a user has one named `unknown`',
  },
  hasDisplayName: { since: '1.5.0', about: '`display_name` of users: the same as `full_name`' },
  hasMfaOfUsers: { since: '1.5.0', about: '`user_result.has_mfa`: after a factor was enabled' },
  hasAccountState: {
    since: '1.8.0',
    about:
      '`user_result.account.is_locked` and `is_disabled`: after an account was locked, unlocked, disabled or enabled',
  },
  hasRawDataHash: { since: '1.8.0', about: '`raw_data_hash`: the SHA-256 of the bytes of `raw_data`' },
  hasTruncation: { since: '1.8.0', about: '`metadata.is_truncated`: the event was too large, and is shortened' },
} as const satisfies Record<string, Addition>;

/** A version, and which of the additions it has. */
export type OcsfTraits = { readonly version: OcsfVersion } & Readonly<Record<keyof typeof ADDITIONS, boolean>>;

export const TRAITS: Readonly<Record<OcsfVersion, OcsfTraits>> = byVersion((version) => {
  const has = Object.entries(ADDITIONS).map(([name, { since }]) => [name, isSince(version, since)]);
  return { version, ...Object.fromEntries(has) } as OcsfTraits;
});

/** Whether a version is this one or a later one. */
export function isSince(version: OcsfVersion, since: OcsfVersion): boolean {
  return OCSF_VERSIONS.indexOf(version) >= OCSF_VERSIONS.indexOf(since);
}

/** One value for each version. */
export function byVersion<T>(make: (version: OcsfVersion) => T): Readonly<Record<OcsfVersion, T>> {
  const values = OCSF_VERSIONS.map((version) => [version, make(version)] as const);
  return Object.fromEntries(values) as Record<OcsfVersion, T>;
}
