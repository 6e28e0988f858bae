import { ACCOUNT_CHANGE, type ActivityRule, AUTHENTICATION, ENTITY, GROUP, NO_ACTIVITY, RESOURCE } from './activity.ts';
import type { EcsFacts } from './facts.ts';

// Captions and numbers of OCSF 1.3.0 (ocsf/ocsf-schema, Apache-2.0).

/** A class of OCSF 1.3.0, with the captions of the activities that Tidemark tells apart. */
export interface OcsfClass {
  readonly uid: 0 | 3001 | 3002 | 3004 | 3006 | 6001;
  readonly caption: string;
  readonly categoryUid: number;
  readonly categoryCaption: string;
  readonly activities: Readonly<Record<number, string>>;
}

/** Which events become which class. A row holds when each of its conditions does; the first row that holds counts. */
export interface ClassRule {
  readonly kinds?: readonly string[];
  readonly isOwnAct?: true;
  readonly categories?: readonly string[];
  readonly types?: readonly string[];
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
  authentication: { uid: 3002, caption: 'Authentication', ...IAM, activities: { 1: 'Logon', 2: 'Logoff' } },
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
    },
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
    },
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
 * The class hangs on what kind of event it is and on nothing that may be missing from one event and present in the next:
 * - Web Resources Activity, and neither File Hosting nor API Activity, which may not be without a source endpoint.
 * - Group and Entity Management, and neither User Access nor Authorize Session, which may not be without privileges.
 * - OCSF 1.3.0 has no class for sessions. The use of a desktop or a broadcast is the use of a web resource; it is no
 *   logon, for whoever counts logons would count each person twice.
 */
export const CLASS_RULES: readonly ClassRule[] = [
  { kinds: ['state', 'metric', 'pipeline_error'], becomes: BASE_EVENT, activities: NO_ACTIVITY },
  { isOwnAct: true, becomes: BASE_EVENT, activities: NO_ACTIVITY },
  {
    categories: ['authentication'],
    types: ['start', 'end'],
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

/** What no other row knows. */
export const LAST_RULE: ClassRule = { becomes: BASE_EVENT, activities: NO_ACTIVITY };

/** The row that says what becomes of an event. */
export function ruleOf(facts: EcsFacts): ClassRule {
  return CLASS_RULES.find((rule) => holds(rule, facts)) ?? LAST_RULE;
}

function holds({ kinds, isOwnAct, categories, types }: ClassRule, facts: EcsFacts): boolean {
  return (
    (!kinds || kinds.includes(facts.kind ?? '')) &&
    (!isOwnAct || facts.isOwnAct) &&
    (!categories || categories.some((category) => facts.categories.includes(category))) &&
    (!types || types.some((type) => facts.types.includes(type)))
  );
}
