import { hash } from '../random.ts';

/** A user of Frame. */
export interface Person {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly idp: string;
}

/** An account of the simulated customer: it holds desktops. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly organizationId: string;
  /** Its id in usage reports. */
  readonly externalId: string;
}

/** An id in the vendor's format: like a UUID, but without version and variant. */
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
  // An id from the vendor's documentation, which is no valid UUID.
  { id: '86bcea89-389f-496a-3c75-1df0ce8d96ca', name: 'Americas', slug: 'americas' },
] as const;

export const ACCOUNTS: readonly Account[] = [
  {
    id: 'a2c3f6de-7b5a-4a4e-8d2e-9f1b0c7d6e21',
    name: 'Finance desktops',
    slug: 'finance',
    organizationId: ORGANIZATIONS[0].id,
    externalId: 'gateway-prod.35917',
  },
  {
    id: 'b00636bf-4f08-404e-a7ba-3c2aaa173335',
    name: 'Warehouse kiosks',
    slug: 'warehouse',
    organizationId: ORGANIZATIONS[0].id,
    externalId: 'gateway-prod.1791',
  },
  {
    id: '54aaf078-8c03-4c75-8cda-2fc4ce661f22',
    name: 'Design & CAD',
    slug: 'design-cad',
    organizationId: ORGANIZATIONS[1].id,
    externalId: 'gateway-prod.41250',
  },
  {
    id: '0e52b11b-23bf-411e-a070-bc0ea014cbc2',
    name: 'Außendienst',
    slug: 'aussendienst',
    organizationId: ORGANIZATIONS[1].id,
    externalId: 'gateway-prod.41977',
  },
];

export const PEOPLE: readonly Person[] = [
  person(1, { firstName: 'Mina', lastName: 'Okafor', mailbox: 'mina.okafor', idp: 'example-okta-admins' }),
  person(2, { firstName: 'Li', lastName: 'Wei', mailbox: 'li.wei', idp: 'example-okta-workforce' }),
  person(3, { firstName: 'Siobhán', lastName: "O'Neill", mailbox: 's.oneill', idp: 'example-okta-admins' }),
  person(4, { firstName: 'Björn', lastName: 'Åkesson', mailbox: 'bjorn.akesson', idp: 'example-azure-ad' }),
  person(5, { firstName: '太郎', lastName: '山田', mailbox: 'taro.yamada', idp: 'example-azure-ad' }),
  person(6, { firstName: 'Kofi', lastName: 'Mensah (Contractor)', mailbox: 'kofi', idp: 'google' }),
  person(7, { firstName: 'Paul "PJ"', lastName: 'Jensen', mailbox: 'pj', idp: 'example-okta-workforce' }),
  person(8, { firstName: 'Zoë', lastName: 'van der Berg', mailbox: 'zoe.vdberg', idp: 'example-okta-workforce' }),
  person(9, { firstName: 'Frame', lastName: 'Support', mailbox: 'support', idp: 'nutanix-support' }),
  person(10, { firstName: 'Ana|Lucía', lastName: 'Fernández', mailbox: 'ana=lucia', idp: 'example-azure-ad' }),
];

/** Any number of users, for answers with thousands of them. */
export function userAt(number: number): Person {
  return (
    PEOPLE[number] ??
    person(number + 1, {
      firstName: 'User',
      lastName: `No. ${number}`,
      mailbox: `user${number}`,
      idp: 'example-okta-workforce',
    })
  );
}

interface PersonDetails extends Pick<Person, 'firstName' | 'lastName' | 'idp'> {
  readonly mailbox: string;
}

function person(number: number, { firstName, lastName, mailbox, idp }: PersonDetails): Person {
  return { id: idOf(77, number), firstName, lastName, email: `${mailbox}@example.com`, idp };
}
