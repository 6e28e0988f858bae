import { createRandom, pick } from '../../random.ts';
import { type Micros, stamp } from '../moments.ts';
import { ACCOUNTS, CUSTOMER, idOf, ORGANIZATIONS, PEOPLE } from '../organization.ts';

/** An audit trail row as the vendor writes it. */
export interface AuditRow {
  readonly id: string;
  readonly user_first_name: string | null;
  readonly user_last_name: string | null;
  readonly user_idp: string;
  readonly user_email: string | null;
  readonly kind: string;
  readonly account_id: string | null;
  readonly organization_id: string | null;
  readonly customer_id: string;
  readonly inserted_at: string;
}

interface Kind {
  readonly weight: number;
  readonly kind: string;
  /** What the action is about. On higher levels, account_id and organization_id are null. */
  readonly level: 'account' | 'organization' | 'customer';
}

/** Two kinds are documented, nine more were seen or follow from permissions; the others are invented in the same style. */
const KINDS: readonly Kind[] = [
  { weight: 20, kind: 'setUserPreferences', level: 'customer' },
  { weight: 16, kind: 'updateLaunchpad', level: 'account' },
  { weight: 6, kind: 'createLaunchpad', level: 'account' },
  { weight: 2, kind: 'deleteLaunchpad', level: 'account' },
  { weight: 12, kind: 'startSessionProduction', level: 'account' },
  { weight: 5, kind: 'startSessionSandbox', level: 'account' },
  { weight: 4, kind: 'terminateServer', level: 'account' },
  { weight: 4, kind: 'rebootServer', level: 'account' },
  { weight: 3, kind: 'publishSandbox', level: 'account' },
  { weight: 3, kind: 'dismissPoolAlert', level: 'account' },
  { weight: 2, kind: 'deleteBackup', level: 'account' },
  { weight: 3, kind: 'createBackup', level: 'account' },
  { weight: 4, kind: 'updateLaunchpadSessionSettings', level: 'account' },
  { weight: 3, kind: 'updateAccountGeneralSettings', level: 'account' },
  { weight: 1, kind: 'updateClusterAosTier', level: 'organization' },
  { weight: 3, kind: 'updateOrganizationGeneralSettings', level: 'organization' },
  { weight: 2, kind: 'createGoogleAuthorizationRule', level: 'organization' },
  { weight: 2, kind: 'deleteGoogleAuthorizationRule', level: 'customer' },
  { weight: 2, kind: 'updateSaml2Provider', level: 'customer' },
  { weight: 1, kind: 'createApiAuthorizationRule', level: 'customer' },
  { weight: 1, kind: 'addUserRole', level: 'customer' },
  { weight: 1, kind: 'removeUserRole', level: 'customer' },
  { weight: 1, kind: 'updateFrameSupportAccess', level: 'customer' },
  { weight: 1, kind: 'rebalanceWorkloadPools', level: 'account' },
];

const TOTAL_WEIGHT = KINDS.reduce((sum, { weight }) => sum + weight, 0);
const API_SHARE = 0.08;

/** The row of a moment, made from its seed: twins differ in their ids only. */
export function auditRow(moment: { readonly id: number; readonly micros: Micros; readonly seed: number }): AuditRow {
  const random = createRandom(moment.seed);
  const { kind, level } = kindAt(random() * TOTAL_WEIGHT);
  const person = pick(random, PEOPLE);
  const isApi = random() < API_SHARE;
  const account = pick(random, ACCOUNTS);
  return {
    id: idOf(1, moment.seed, moment.id),
    user_first_name: isApi ? null : person.firstName,
    user_last_name: isApi ? null : person.lastName,
    user_idp: isApi ? 'api' : person.idp,
    user_email: isApi ? null : person.email,
    kind,
    account_id: level === 'account' ? account.id : null,
    organization_id:
      level === 'account' ? account.organizationId : level === 'organization' ? pick(random, ORGANIZATIONS).id : null,
    customer_id: CUSTOMER.id,
    inserted_at: stamp(moment.micros),
  };
}

function kindAt(weight: number): Kind {
  let left = weight;
  for (const kind of KINDS) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  return KINDS[0] as Kind;
}
