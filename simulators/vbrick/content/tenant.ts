import { hash } from '../../random.ts';

/** A user of the simulated tenant. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly title: string | null;
}

/** Anything else with an id and a name. */
export interface Thing {
  readonly id: string;
  readonly name: string;
}

/** A device, with the last part of its EntityKey. */
export interface Device extends Thing {
  readonly kind: 'DmeDevice' | 'EncoderDevice' | 'CustomDevice' | 'LdapConnectorDevice' | 'AkamaiDevice';
}

const KIND = { account: 1, person: 2, group: 3, device: 4, video: 5, webcast: 6, role: 7 } as const;

export const ACCOUNT_ID = guid(KIND.account, 0);

/** The service account whose key is used. Only its real logins are in the log. */
export const SERVICE_USER = person(0, { username: 'svc-siem', firstName: 'SIEM', lastName: 'Export', title: null });

export const PEOPLE: readonly Person[] = [
  person(1, { username: 'ana.duarte', firstName: 'Ana', lastName: 'Duarte', title: 'Head of Communications' }),
  person(2, { username: 'bjorn.akesson', firstName: 'Björn', lastName: 'Åkesson', title: 'Engineer, "Video"' }),
  person(3, { username: 's.oneill', firstName: 'Siobhán', lastName: "O'Neill", title: 'Town hall producer' }),
  person(4, { username: 'taro.yamada', firstName: '太郎', lastName: '山田', title: '配信担当' }),
  person(5, { username: 'mei.ng', firstName: 'Mei Ling', lastName: 'Ng', title: 'Legal; privacy' }),
  person(6, { username: 'kofi.partner', firstName: 'Kofi (Contractor)', lastName: 'Mensah', title: null }),
  person(7, { username: 'lucia.fernandez', firstName: 'Lucía', lastName: 'Fernández', title: 'Training | EMEA' }),
  person(8, { username: 'pj', firstName: 'Paul "PJ"', lastName: 'Jensen', title: 'IT = infrastructure' }),
  person(9, { username: 'noc', firstName: 'NOC', lastName: '', title: null }),
  person(10, { username: 'zoe.vdberg', firstName: 'Zoë', lastName: 'van der Berg', title: 'Studio\\Amsterdam' }),
  person(11, { username: 'priya.raman', firstName: 'Priya', lastName: 'Raman', title: 'Intern' }),
];

export const ROLES = things(KIND.role, ['Account Admin', 'Media Admin', 'Media Contributor', 'Event Host']);

export const GROUPS = things(KIND.group, [
  'Presenters',
  'All employees',
  'Board, restricted',
  'Équipe Vidéo',
  'Contractors "external"',
]);

export const DEVICES: readonly Device[] = [
  device(0, 'DmeDevice', 'dme-lon-01'),
  device(1, 'DmeDevice', 'dme-zrh-02 (Zürich)'),
  device(2, 'EncoderDevice', 'Boardroom encoder'),
  device(3, 'CustomDevice', 'RTMP | studio 3'),
  device(4, 'LdapConnectorDevice', 'ldap-connector-ams'),
  device(5, 'AkamaiDevice', 'Akamai "global"'),
];

export const VIDEOS = things(KIND.video, [
  'All hands, Q1',
  'Onboarding – day 1',
  'Security awareness 2026',
  'Board meeting (confidential)',
  'Product "Harbour" teaser',
  '製品紹介',
  'How to file expenses',
]);

export const WEBCASTS = things(KIND.webcast, [
  'Town hall',
  'Results; press & analysts',
  'Sales kick-off',
  'Works council, monthly',
]);

function person(serial: number, details: Omit<Person, 'id' | 'email'>): Person {
  return { id: guid(KIND.person, serial), email: `${details.username}@example.com`, ...details };
}

function device(serial: number, kind: Device['kind'], name: string): Device {
  return { id: guid(KIND.device, serial), kind, name };
}

function things(kind: number, names: readonly string[]): readonly Thing[] {
  return names.map((name, serial) => ({ id: guid(kind, serial), name }));
}

/** An id in the vendor's format: the same numbers give the same id. */
function guid(kind: number, serial: number): string {
  const hex = [1, 2, 3, 4].map((part) => hash(kind, serial, part).toString(16).padStart(8, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join('-');
}
