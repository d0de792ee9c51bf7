import type { Random } from '../../runtime/random.ts';
import type { Recipient } from './model.ts';

const FIRST = (
  'Dana Mateo Priya Hannah Tariq Lucia Owen Mei Jonas Amara Felix Sofia Ravi Clara Noah Ingrid ' +
  'Malik Elena Theo Yuki Grace Omar Nadia Peter Zoe Luis Freya Samuel Aisha Victor'
).split(' ');
const LAST = (
  'Reyes Okafor Lindqvist Shah Carter Nakamura Fischer Romero Petersen Abbott Delgado Novak ' +
  'Ferreira Hughes Castillo Weber Larsen Pham Osei Bennett Moreau Kowalski Rossi Duarte Hale'
).split(' ');
const STREETS = (
  'N Racine Ave|Maple St|Sunset Blvd|Oak Hill Rd|Harbor Dr|W Division St|Elm Ct|Cedar Ln|' +
  'E 12th St|Lakeview Ter|Mission St|Prospect Ave'
).split('|');
const PLACES: [city: string, state: string, zip: string][] = [
  ['Chicago', 'IL', '60607'],
  ['Milwaukee', 'WI', '53202'],
  ['Austin', 'TX', '78701'],
  ['Portland', 'OR', '97205'],
  ['Denver', 'CO', '80203'],
  ['Brooklyn', 'NY', '11215'],
  ['San Diego', 'CA', '92101'],
  ['Nashville', 'TN', '37203'],
  ['Minneapolis', 'MN', '55401'],
  ['Seattle', 'WA', '98101'],
];

export interface Buyer {
  number: string;
  name: string;
  email: string;
  blocked: boolean;
}

/** Wholesale customers, known by the e-mail on their orders. */
export const BUYERS: Buyer[] = [
  {
    number: 'B2B001',
    name: 'Corner Cafe Group',
    email: 'orders@cornercafe.example',
    blocked: false,
  },
  {
    number: 'B2B002',
    name: 'North Shore Grocers',
    email: 'buy@northshore.example',
    blocked: false,
  },
  { number: 'B2B003', name: 'Juniper Hotels', email: 'supply@juniper.example', blocked: false },
  { number: 'B2B004', name: 'Fieldstone Books', email: 'cafe@fieldstone.example', blocked: false },
  { number: 'B2B005', name: 'Brightwater Stores', email: 'po@brightwater.example', blocked: true },
  { number: 'B2B006', name: 'Old Mill Market', email: 'office@oldmill.example', blocked: false },
];

/** A wholesale buyer whom the ERP does not know. */
export const STRANGER: Buyer = {
  number: '',
  name: 'Popup Pantry',
  email: 'hello@popuppantry.example',
  blocked: false,
};

export const SHOWROOM: Recipient = {
  name: 'Hearth & Harbor Showroom',
  email: 'showroom@hearthharbor.example',
  phone: '555-555-0100',
  address1: '12 Market Sq',
  address2: null,
  company: 'Hearth & Harbor',
  city: 'Madison',
  state: 'WI',
  country: 'US',
  zip: '53703',
};

export function oneOf<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random.next() * values.length)];
  if (value === undefined) throw new Error('There is nothing to choose from.');
  return value;
}

export function consumer(random: Random): Recipient {
  const first = oneOf(random, FIRST);
  const last = oneOf(random, LAST);
  const name = `${first} ${last}`;
  return {
    name,
    email: `${first}.${last}@example.com`.toLowerCase(),
    phone: random.next() < 0.7 ? '555-555-0142' : null,
    ...address(random),
    company: null,
  };
}

export function business(random: Random, buyer: Buyer): Recipient {
  return {
    name: buyer.name,
    email: buyer.email,
    phone: '555-555-0177',
    ...address(random),
    company: buyer.name,
  };
}

function address(random: Random) {
  const [city, state, zip] = oneOf(random, PLACES);
  return {
    address1: `${100 + Math.floor(random.next() * 8900)} ${oneOf(random, STREETS)}`,
    address2: random.next() < 0.2 ? `Apt ${1 + Math.floor(random.next() * 40)}` : null,
    city,
    state,
    country: 'US',
    zip,
  };
}
