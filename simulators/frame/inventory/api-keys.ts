import type { FrameFaults } from '../faults.ts';
import { stamp } from '../moments.ts';
import { idOf } from '../organization.ts';
import { choiceOf, type Drift, type Stage, stageAt, turnOf } from './drift.ts';

/** Part of every secret in the inventory: it must never appear in what is delivered. */
export const CANARY = 'canary-never-deliver-this';

interface Role {
  readonly name: string;
  readonly applicableOn: 'customer' | 'organization' | 'account';
  readonly permissions: readonly string[];
}

const ROLES: readonly Role[] = [
  {
    name: 'Customer Auditor',
    applicableOn: 'customer',
    permissions: ['cpanel_customer_audit_trail', 'cpanel_launchpad', 'cpanel_account', 'cpanel_cluster_host'],
  },
  {
    name: 'Customer Administrator',
    applicableOn: 'customer',
    permissions: [
      'cpanel_mutation_delete_backup',
      'cpanel_list_virtual_networks_organization_cloud_services',
      'cpanel_launchpad',
      'cpanel_account_authentication_settings',
      'cpanel_mutation_delete_google_authorization_rule',
      'cpanel_customer_authorization_rule',
      'cpanel_customer_audit_trail',
      'cpanel_account',
    ],
  },
  {
    name: 'Launchpad Administrator',
    applicableOn: 'account',
    permissions: ['cpanel_launchpad', 'cpanel_launchpad_session_settings'],
  },
  {
    name: 'Organization Administrator',
    applicableOn: 'organization',
    permissions: ['cpanel_organization_api_authorization', 'cpanel_account', 'cpanel_mutation_dismiss_pool_alert'],
  },
];

const MORE_PERMISSIONS = [
  'cpanel_mutation_update_cluster_aos_tier',
  'cpanel_mutation_start_session_production',
  'cpanel_mutation_update_account_general_settings',
];

const NAMES = ['Terraform', 'Nightly scaling', 'Cost report', 'Kiosk reboot', 'Zürich | on-call', 'Trial'];
const SLOTS = 6;
/** The first of these is the key in use; they are never deleted. */
const LASTING_SLOTS = 2;
const ATTRIBUTES = 3;
const FIRST_ID = 53;
const FIRST_NEW_ID = 9001;

/** What the keys depend on, besides the time. */
export interface KeySetting extends Drift {
  readonly clientId: string;
}

interface KeyState {
  readonly time: number;
  readonly setting: KeySetting;
  readonly faults: FrameFaults;
}

/** Every API key of the customer with its roles, at a time. */
export function apiKeysAt(time: number, setting: KeySetting, faults: FrameFaults): readonly { readonly id: number }[] {
  const state = { time, setting, faults };
  const own = Array.from({ length: SLOTS }, (_, slot) => {
    const stage = stageAt(time, setting, 100 + slot, slot < LASTING_SLOTS);
    return { slot, stage };
  })
    .filter(({ stage }) => !stage.isGone)
    .map(({ slot, stage }) => keyOf(slot, stage, state));
  const further = Array.from({ length: faults.newApiKeys ?? 0 }, (_, number) => ({
    api_authorization_id: idOf(6, number),
    credentials: [credential(`new-${number}`, number)],
    id: FIRST_NEW_ID + number,
    name: `Key made just now ${number + 1}`,
    roles: [roleOf(1, number, state)],
  }));
  return [...own, ...further];
}

function keyOf(slot: number, stage: Stage, state: KeyState) {
  const turn = (attribute: number) => turnOf(stage, attribute, ATTRIBUTES);
  const isInUse = slot === 0;
  const hasSecondRole = !isInUse && (slot + turn(1)) % 2 === 1;
  const roles = [isInUse ? 0 : 1 + (slot % (ROLES.length - 1)), ...(hasSecondRole ? [0] : [])];
  return {
    api_authorization_id: idOf(5, slot, stage.life),
    credentials:
      slot % 3 === 2 ? [] : [credential(isInUse ? state.setting.clientId : `${slot}-${stage.life}`, turn(2))],
    id: FIRST_ID + slot + stage.life * SLOTS,
    name: isInUse ? 'SIEM export' : choiceOf(NAMES, slot, stage.life, turn(0)),
    roles: roles.map((role) => roleOf(role, slot, state)),
  };
}

/** All keys with a role share it: when it gains a permission, they all do. */
function roleOf(number: number, key: number, { time, setting, faults }: KeyState) {
  const { name, applicableOn, permissions } = ROLES[number] as Role;
  const gained = stageAt(time, setting, 150 + number, true).revision % (MORE_PERMISSIONS.length + 1);
  const granted = number === 0 && faults.grantPermission ? [faults.grantPermission] : [];
  return {
    id: idOf(7, number, key),
    role: {
      applicable_on: applicableOn,
      category: null,
      description: null,
      id: idOf(8, number),
      name,
      permissions: [...permissions, ...MORE_PERMISSIONS.slice(0, gained), ...granted],
    },
  };
}

/** An entry of `credentials`. Its content is not documented: an id, and in the worst case the secret in plain text. */
function credential(clientId: string, turn: number) {
  return {
    client_id: clientId.includes('.') ? clientId : `${clientId}.img.frame.nutanix.com`,
    client_secret: `${CANARY}-${clientId}-${turn}`,
    inserted_at: stamp(1_735_689_600_000_000 + turn * 1_000_001),
  };
}
