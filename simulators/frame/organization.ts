import { hash } from '../random.ts';

/** Somebody who works with Frame. */
export interface Person {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly idp: string;
}

/** An account of the simulated customer: where its desktops live. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly organizationId: string;
  /** Its other name, in usage reports. */
  readonly externalId: string;
}

/** An id in the vendor's manner: shaped like a UUID, without its version and variant. */
export function idOf(...values: readonly number[]): string {
  const hex = [1, 2, 3, 4]
    .map((part) =>
      hash(part, ...values)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export const CUSTOMER = { id: '0d9c2f53-6f0b-4c52-8a77-51b0a4c1e901', name: 'Harbour Foods', slug: 'harbour-foods' };

export const ORGANIZATIONS = [
  { id: 'c9e7b1a4-2d3f-4e5a-9b8c-7d6e5f4a3b2c', name: 'Europe', slug: 'europe' },
  // The vendor documents an id that is no UUID by the book.
  { id: '86bcea89-389f-496a-3c75-1df0ce8d96ca', name: 'Americas', slug: 'americas' },
] as const;

export const ACCOUNTS: readonly Account[] = [
  account('a2c3f6de-7b5a-4a4e-8d2e-9f1b0c7d6e21', 'Finance desktops', 'finance', 0, 'gateway-prod.35917'),
  account('b00636bf-4f08-404e-a7ba-3c2aaa173335', 'Warehouse kiosks', 'warehouse', 0, 'gateway-prod.1791'),
  account('54aaf078-8c03-4c75-8cda-2fc4ce661f22', 'Design & CAD', 'design-cad', 1, 'gateway-prod.41250'),
  account('0e52b11b-23bf-411e-a070-bc0ea014cbc2', 'Außendienst', 'aussendienst', 1, 'gateway-prod.41977'),
];

export const PEOPLE: readonly Person[] = [
  person(1, 'Mina', 'Okafor', 'mina.okafor', 'example-okta-admins'),
  person(2, 'Li', 'Wei', 'li.wei', 'example-okta-workforce'),
  person(3, 'Siobhán', "O'Neill", 's.oneill', 'example-okta-admins'),
  person(4, 'Björn', 'Åkesson', 'bjorn.akesson', 'example-azure-ad'),
  person(5, '太郎', '山田', 'taro.yamada', 'example-azure-ad'),
  person(6, 'Kofi', 'Mensah (Contractor)', 'kofi', 'google'),
  person(7, 'Paul "PJ"', 'Jensen', 'pj', 'example-okta-workforce'),
  person(8, 'Zoë', 'van der Berg', 'zoe.vdberg', 'example-okta-workforce'),
  person(9, 'Frame', 'Support', 'support', 'nutanix-support'),
  person(10, 'Ana|Lucía', 'Fernández', 'ana=lucia', 'example-azure-ad'),
];

/** Further users, for answers with thousands of them. */
export function userAt(number: number): Person {
  return PEOPLE[number] ?? person(number + 1, 'User', `No. ${number}`, `user${number}`, 'example-okta-workforce');
}

function account(id: string, name: string, slug: string, organization: 0 | 1, externalId: string): Account {
  return { id, name, slug, organizationId: ORGANIZATIONS[organization].id, externalId };
}

function person(number: number, firstName: string, lastName: string, mailbox: string, idp: string): Person {
  return { id: idOf(77, number), firstName, lastName, email: `${mailbox}@example.com`, idp };
}
