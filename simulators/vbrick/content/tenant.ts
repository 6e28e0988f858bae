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

/** Anything else that has an id and a name. */
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

/** The service account whose key is used: in the log are only its real logins. */
export const SERVICE_USER = person(0, 'svc-siem', 'SIEM', 'Export', null);

export const PEOPLE: readonly Person[] = [
  person(1, 'ana.duarte', 'Ana', 'Duarte', 'Head of Communications'),
  person(2, 'bjorn.akesson', 'Björn', 'Åkesson', 'Engineer, "Video"'),
  person(3, 's.oneill', 'Siobhán', "O'Neill", 'Town hall producer'),
  person(4, 'taro.yamada', '太郎', '山田', '配信担当'),
  person(5, 'mei.ng', 'Mei Ling', 'Ng', 'Legal; privacy'),
  person(6, 'kofi.partner', 'Kofi (Contractor)', 'Mensah', null),
  person(7, 'lucia.fernandez', 'Lucía', 'Fernández', 'Training | EMEA'),
  person(8, 'pj', 'Paul "PJ"', 'Jensen', 'IT = infrastructure'),
  person(9, 'noc', 'NOC', '', null),
  person(10, 'zoe.vdberg', 'Zoë', 'van der Berg', 'Studio\\Amsterdam'),
  person(11, 'priya.raman', 'Priya', 'Raman', 'Intern'),
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

function person(serial: number, username: string, firstName: string, lastName: string, title: string | null): Person {
  return { id: guid(KIND.person, serial), username, firstName, lastName, email: `${username}@example.com`, title };
}

function device(serial: number, kind: Device['kind'], name: string): Device {
  return { id: guid(KIND.device, serial), kind, name };
}

function things(kind: number, names: readonly string[]): readonly Thing[] {
  return names.map((name, serial) => ({ id: guid(kind, serial), name }));
}

/** An id in the vendor's manner: the same numbers give the same one. */
function guid(kind: number, serial: number): string {
  const hex = [1, 2, 3, 4].map((part) => hash(kind, serial, part).toString(16).padStart(8, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join('-');
}
