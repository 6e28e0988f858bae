import type { FrameFaults } from '../faults.ts';
import { CUSTOMER } from '../organization.ts';
import { type Drift, stageAt, turnOf } from './drift.ts';

const BANNER = { title: 'Authorised use only', text: 'Sessions are logged.\nBy signing in you agree.' };
const ACCESS = ['no_access', 'full_access', 'read_only'];
const ATTRIBUTES = 5;

/** The customer's settings at a time. At first, support has no access and there is a banner. */
export function settingsAt(time: number, drift: Drift, faults: FrameFaults) {
  const stage = stageAt(time, drift, 200, true);
  const turn = (attribute: number) => turnOf(stage, attribute, ATTRIBUTES);
  const access = faults.supportAccess ?? (ACCESS[turn(0) % ACCESS.length] as string);
  const hasBanner = !faults.bannerOff && turn(1) % 2 === 0;
  return {
    authorized_nutanix_personnel: access === 'no_access' ? [] : ['person@vendor.example'],
    can_frame_account_support_start_session: access === 'full_access' ? true : null,
    frame_cloud_account_allowed: false,
    frame_support_admin_access: access,
    is_frame_support_customer_admin: access === 'full_access',
    is_generate_session_report_enabled: turn(2) % 2 === 1,
    is_light_publish_enabled: false,
    is_login_banner_enabled: hasBanner,
    is_persistent_desktops_backups_enabled: turn(3) % 2 === 0,
    is_terminal_banner_enabled: false,
    light_publish_settings: { threshold: 10 },
    login_banner_settings: hasBanner ? BANNER : null,
    max_concurrency: 160 + (turn(4) % 4) * 20,
    max_concurrency_per_account: null,
    max_monthly_credits_usage: null,
    max_monthly_credits_usage_description: null,
    max_utility_pools_per_account: 50,
    note: null,
    notification_center_settings: {
      email_addresses: ['ops@example.com', 'soc@example.com'],
      is_send_notification_emails_enabled: null,
      notify_on_critical: true,
      notify_on_info: null,
      notify_on_warning: null,
    },
    terminal_banner_settings: null,
  };
}

/** The numbers of servers that the customer keeps ready, at a time. */
export function elasticityAt(time: number, drift: Drift) {
  const stage = stageAt(time, drift, 210, true);
  const turn = (attribute: number) => turnOf(stage, attribute, 3);
  return {
    buffer_servers: 30 + (turn(0) % 3) * 5,
    max_servers: 250 + (turn(1) % 3) * 50,
    min_servers: 150 - (turn(2) % 3) * 25,
  };
}

/** The customer at a time. */
export function customerAt(time: number, drift: Drift) {
  const stage = stageAt(time, drift, 220, true);
  const turn = (attribute: number) => turnOf(stage, attribute, 3);
  return {
    active: true,
    available_applications: ['frame'],
    billing_subscriptions: null,
    description: turn(0) % 2 === 0 ? 'Virtual desktops of all branches' : 'Virtual desktops',
    extra_features:
      turn(1) % 2 === 0 ? ['deployment_group_tag', 'compatibility_matrix_tag'] : ['compatibility_matrix_tag'],
    id: CUSTOMER.id,
    name: CUSTOMER.name,
    notes: turn(2) % 2 === 0 ? null : 'Contract renewed.',
    owner_email: null,
    tenant_domain: null,
    url_slug: CUSTOMER.slug,
    website: null,
  };
}
