/** One account group of the simulated organization. */
export interface AccountGroup {
  readonly aid: string;
  readonly accountGroupName: string;
}

/** A user of the organization. The vendor writes the name, and the e-mail address if there is one. */
export interface Person {
  readonly uid: string;
  readonly name: string;
  readonly email?: string;
  /** The addresses that they sign in from, or the networks that the vendor shows in their place. */
  readonly addresses: readonly string[];
}

export const ORGANIZATION = { name: 'Harbour Foods', orgId: '4711' } as const;

export const ACCOUNT_GROUPS: readonly AccountGroup[] = [
  { aid: '1402', accountGroupName: 'Production' },
  { aid: '1509', accountGroupName: 'Labs' },
  { aid: '1733', accountGroupName: 'Retail & Stores' },
  { aid: '1820', accountGroupName: 'Rechenzentrum Zürich' },
];

/** The owner of the token: a service account whose own acts are in the log, too. */
export const TOKEN_OWNER: Person = {
  uid: '70044',
  name: 'Terraform',
  email: 'svc-te@example.com',
  addresses: ['2001:db8:4::17', '198.51.100.7'],
};

export const PEOPLE: readonly Person[] = [
  TOKEN_OWNER,
  { uid: '88123', name: 'Ana Duarte', email: 'ana.duarte@example.com', addresses: ['198.51.100.23', '198.51.100.24'] },
  {
    uid: '88140',
    name: 'Björn Åkesson',
    email: 'bjorn.akesson@example.com',
    addresses: ['203.0.113.80', '2001:db8:a::52'],
  },
  { uid: '88207', name: "Siobhán O'Neill", email: 's.oneill@example.com', addresses: ['203.0.113.12'] },
  { uid: '88311', name: '山田 太郎', email: 'taro.yamada@example.co.jp', addresses: ['2001:db8:91::3', '192.0.2.144'] },
  { uid: '88402', name: 'Ng, Mei Ling', email: 'mei.ng@example.com', addresses: ['192.0.2.55'] },
  { uid: '88419', name: 'Kofi Mensah (Contractor)', email: 'kofi@partner.example', addresses: ['99.128.0.0/11'] },
  {
    uid: '88533',
    name: 'Lucía Fernández',
    email: 'lucia.fernandez@example.com',
    addresses: ['203.0.113.200', '198.18.4.9'],
  },
  { uid: '88610', name: 'Paul "PJ" Jensen', email: 'pj@example.com', addresses: ['198.51.100.191'] },
  { uid: '88702', name: 'noc@example.com', email: 'noc@example.com', addresses: ['10.20.0.0/16', '10.20.7.31'] },
  { uid: '245', name: 'ThousandEyes Support', addresses: ['2001:db8:ffff::/48'] },
  {
    uid: '88815',
    name: 'Zoë van der Berg',
    email: 'zoe.vdberg@example.com',
    addresses: ['192.0.2.18', '2001:db8:17::c0a8:1'],
  },
];

export const THINGS = {
  testName: [
    'HQ to SaaS',
    'Checkout page load',
    'DNS example.com',
    'VPN gateway',
    'Store 0042 | voice',
    'BGP 203.0.113.0/24',
    'API: /v2/orders',
    'Büro → Cloud',
  ],
  agentName: ['ams-branch-01', 'zrh-dc-ea2', 'store-0042-ea', 'Frankfurt, Germany (cloud)', 'lab-nuc-7'],
  alertRuleName: ['Loss > 5 % for 3 rounds', 'HTTP server error', 'Page load = slow', 'BGP reachability < 100 %'],
  reportTitle: ['Weekly WAN', 'Executive summary Q3', 'SaaS availability \\ EMEA', 'Store "voice" quality'],
  userDisplayName: ['Ana Duarte', 'Kofi Mensah (Contractor)', 'Priya Raman', 'Tom Baker', '山田 太郎'],
  roleName: ['NOC read-only', 'SIEM export', 'Test editor'],
  accountGroupName: ['Production', 'Labs', 'Retail & Stores', 'Rechenzentrum Zürich'],
  labelName: ['critical', 'store=0042', 'tier:1', 'decommission 2026'],
} as const;
