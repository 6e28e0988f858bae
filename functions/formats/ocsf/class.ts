import type { OcsfVersion } from '../../core/model.ts';
import {
  ACCOUNT_CHANGE,
  type ActivityRule,
  AUTHENTICATION,
  ENTITY,
  GROUP,
  IMPERSONATE,
  NO_ACTIVITY,
  RESOURCE,
  saysOne,
} from './activity.ts';
import type { EcsFacts } from './facts.ts';
import { byVersion, isSince } from './versions.ts';

// Captions and numbers of OCSF (ocsf/ocsf-schema, Apache-2.0), the same in all versions that have them.

/** A class of OCSF, with the captions of the activities that Tidemark uses. */
export interface OcsfClass {
  readonly uid: 0 | 3001 | 3002 | 3004 | 3006 | 6001;
  readonly caption: string;
  readonly categoryUid: number;
  readonly categoryCaption: string;
  readonly activities: Readonly<Record<number, string>>;
  /** The first version in which the class has an actor of its own. In others the profile `host` adds it. */
  readonly actorSince?: OcsfVersion;
}

/** A rule that gives an event its class. The first rule of which all conditions are met counts. */
export interface ClassRule {
  readonly kinds?: readonly string[];
  readonly isSelfEvent?: true;
  readonly categories?: readonly string[];
  readonly types?: readonly string[];
  /** event.action contains one of these words. */
  readonly words?: readonly string[];
  readonly becomes: OcsfClass;
  readonly activities: readonly ActivityRule[];
}

const IAM = { categoryUid: 3, categoryCaption: 'Identity & Access Management' };

const BASE_EVENT: OcsfClass = {
  uid: 0,
  caption: 'Base Event',
  categoryUid: 0,
  categoryCaption: 'Uncategorized',
  activities: {},
};

const CLASSES = {
  authentication: {
    uid: 3002,
    caption: 'Authentication',
    ...IAM,
    activities: { 1: 'Logon', 2: 'Logoff', 7: 'Account Switch' },
    actorSince: '1.3.0',
  },
  accountChange: {
    uid: 3001,
    caption: 'Account Change',
    ...IAM,
    activities: {
      1: 'Create',
      2: 'Enable',
      3: 'Password Change',
      4: 'Password Reset',
      5: 'Disable',
      6: 'Delete',
      9: 'Lock',
      10: 'MFA Factor Enable',
      11: 'MFA Factor Disable',
      12: 'Unlock',
    },
    actorSince: '1.3.0',
  },
  entityManagement: {
    uid: 3004,
    caption: 'Entity Management',
    ...IAM,
    activities: {
      1: 'Create',
      2: 'Read',
      3: 'Update',
      4: 'Delete',
      5: 'Move',
      8: 'Enable',
      9: 'Disable',
      10: 'Activate',
      11: 'Deactivate',
      12: 'Suspend',
      13: 'Resume',
    },
    actorSince: '1.5.0',
  },
  groupManagement: {
    uid: 3006,
    caption: 'Group Management',
    ...IAM,
    activities: {
      1: 'Assign Privileges',
      2: 'Revoke Privileges',
      3: 'Add User',
      4: 'Remove User',
      5: 'Delete',
      6: 'Create',
      7: 'Add Subgroup',
      8: 'Remove Subgroup',
    },
    actorSince: '1.5.0',
  },
  webResources: {
    uid: 6001,
    caption: 'Web Resources Activity',
    categoryUid: 6,
    categoryCaption: 'Application Activity',
    activities: {
      1: 'Create',
      2: 'Read',
      3: 'Update',
      4: 'Delete',
      5: 'Search',
      6: 'Import',
      7: 'Export',
      8: 'Share',
    },
  },
} as const satisfies Record<string, OcsfClass>;

/**
 * The class depends on the kind of event only, and on no field that one event has and the next one lacks:
 * - Web Resources Activity, not File Hosting or API Activity: those require a source endpoint.
 * - Group and Entity Management, not User Access or Authorize Session: those require privileges.
 * - OCSF has no class for sessions. Using a desktop or a broadcast counts as using a web resource, not as a logon:
 *   whoever counts logons would count each person twice.
 */
export const CLASS_RULES: readonly ClassRule[] = [
  { kinds: ['state', 'metric', 'pipeline_error'], becomes: BASE_EVENT, activities: NO_ACTIVITY },
  { isSelfEvent: true, becomes: BASE_EVENT, activities: NO_ACTIVITY },
  {
    categories: ['authentication'],
    types: ['start', 'end'],
    becomes: CLASSES.authentication,
    activities: AUTHENTICATION,
  },
  // Who acts as another user has become that user for the service; nothing of the user has changed.
  {
    categories: ['iam'],
    types: ['user'],
    words: IMPERSONATE,
    becomes: CLASSES.authentication,
    activities: AUTHENTICATION,
  },
  { categories: ['iam'], types: ['group'], becomes: CLASSES.groupManagement, activities: GROUP },
  { categories: ['iam'], types: ['user'], becomes: CLASSES.accountChange, activities: ACCOUNT_CHANGE },
  { categories: ['iam'], becomes: CLASSES.entityManagement, activities: ENTITY },
  { categories: ['authentication'], becomes: CLASSES.authentication, activities: AUTHENTICATION },
  { categories: ['session'], becomes: CLASSES.webResources, activities: NO_ACTIVITY },
  { categories: ['file', 'web', 'api'], becomes: CLASSES.webResources, activities: RESOURCE },
  { categories: ['configuration', 'host', 'process'], becomes: CLASSES.entityManagement, activities: ENTITY },
];

/** The rule for all other events. */
export const LAST_RULE: ClassRule = { becomes: BASE_EVENT, activities: NO_ACTIVITY };

/** A rule for one version. */
export interface VersionRule extends ClassRule {
  /** Whether the class has an actor without the profile `host`. */
  readonly hasActor: boolean;
}

const RULES = byVersion((version) => CLASS_RULES.map((rule) => ruleFor(version, rule)));
const LAST_RULES = byVersion((version) => ruleFor(version, LAST_RULE));

function ruleFor(version: OcsfVersion, rule: ClassRule): VersionRule {
  const activities = rule.activities.filter(({ since }) => since === undefined || isSince(version, since));
  const { actorSince } = rule.becomes;
  return { ...rule, activities, hasActor: actorSince !== undefined && isSince(version, actorSince) };
}

/** The rule that applies to an event in this version. */
export function ruleOf(facts: EcsFacts, version: OcsfVersion): VersionRule {
  return RULES[version].find((rule) => applies(rule, facts)) ?? LAST_RULES[version];
}

function applies({ kinds, isSelfEvent, categories, types, words }: ClassRule, facts: EcsFacts): boolean {
  return (
    (!kinds || kinds.includes(facts.kind ?? '')) &&
    (!isSelfEvent || facts.isSelfEvent) &&
    (!categories || categories.some((category) => facts.categories.includes(category))) &&
    (!types || types.some((type) => facts.types.includes(type))) &&
    (!words || saysOne(facts.words, words))
  );
}
