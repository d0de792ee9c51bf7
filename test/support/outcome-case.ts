import type { HttpOutcome } from '../../src/runtime/http.ts';
import { page } from './fuzz.ts';

type Make = (good: string) => HttpOutcome;

function answer(status: number, text: string | null, headers: Record<string, string> = {}): Make {
  return (good) => ({ kind: 'answer', status, headers, text: text ?? good, durationMs: 1 });
}

const broken =
  (reason: string): Make =>
  () => ({ kind: 'unclear', reason, durationMs: 1 });
const unsent =
  (reason: string): Make =>
  () => ({ kind: 'notSent', reason, durationMs: 1 });

/** Every way in which an exchange can end, one of a sort; `null` is a good answer's own text. */
export const outcomes = {
  'connection refused': unsent('ECONNREFUSED'),
  'no such name': unsent('ENOTFOUND'),
  'network away': unsent('ENETUNREACH'),
  'no answer in time': broken('ERR_CANCELED'),
  reset: broken('ECONNRESET'),
  'cut on the wire': broken('ERR_BAD_RESPONSE'),
  'too long': broken('ERR_BAD_RESPONSE: maxContentLength'),
  '200': answer(200, null),
  '200 with a byte order mark': (good) => answer(200, `\ufeff${good}`)(good),
  '200 with a page': answer(200, page),
  '200 with nothing': answer(200, ''),
  '200 with null': answer(200, 'null'),
  '200 with a number': answer(200, '7'),
  '200 with words': answer(200, 'OK'),
  '200 with an empty list': answer(200, '[]'),
  '200 with an empty object': answer(200, '{}'),
  '200 with half of it': (good) => answer(200, good.slice(0, good.length / 2))(good),
  '200 twice': (good) => answer(200, good + good)(good),
  '200 with a key twice': (good) => answer(200, `{"id":1,"results":[],${good.slice(1)}`)(good),
  '100': answer(100, ''),
  '201': answer(201, null),
  '202': answer(202, ''),
  '204': answer(204, ''),
  '206': answer(206, null),
  '301': answer(301, ''),
  '302': answer(302, page, { location: 'https://login.test' }),
  '303': answer(303, ''),
  '304': answer(304, ''),
  '307': answer(307, ''),
  '308': answer(308, ''),
  '400': answer(400, '{"message":"Bad request"}'),
  '400 with a page': answer(400, page),
  '400 with a good answer': answer(400, null),
  '401': answer(401, ''),
  '402': answer(402, ''),
  '403': answer(403, ''),
  '404': answer(404, ''),
  '405': answer(405, ''),
  '406': answer(406, ''),
  '407': answer(407, ''),
  '408': answer(408, ''),
  '409': answer(409, ''),
  '410': answer(410, ''),
  '412': answer(412, ''),
  '413': answer(413, ''),
  '414': answer(414, ''),
  '415': answer(415, ''),
  '418': answer(418, ''),
  '421': answer(421, ''),
  '422': answer(422, '{"message":"No"}'),
  '423': answer(423, ''),
  '425': answer(425, ''),
  '428': answer(428, ''),
  '429': answer(429, ''),
  '429 for five seconds': answer(429, '', { 'x-retry-after': '5', 'retry-after': '5' }),
  '429 for no time': answer(429, '', { 'x-retry-after': '0', 'retry-after': '0' }),
  '429 for ever': answer(429, '', { 'x-retry-after': '1000000000', 'retry-after': '1000000000' }),
  '429 for some time': answer(429, '', { 'x-retry-after': 'soon', 'retry-after': 'soon' }),
  '431': answer(431, ''),
  '451': answer(451, ''),
  '499': answer(499, ''),
  '500': answer(500, '{"message":"An error"}'),
  '500 with a good answer': answer(500, null),
  '501': answer(501, ''),
  '502': answer(502, page),
  '503': answer(503, ''),
  '503 for five seconds': answer(503, '', { 'x-retry-after': '5', 'retry-after': '5' }),
  '504': answer(504, page),
  '507': answer(507, ''),
  '511': answer(511, page),
  '520': answer(520, page),
  '524': answer(524, page),
  '599': answer(599, ''),
  '999': answer(999, ''),
} as const satisfies Record<string, Make>;

export type Case = keyof typeof outcomes;

export const cases: readonly Case[] = Object.keys(outcomes).filter(isCase);

function isCase(name: string): name is Case {
  return Object.hasOwn(outcomes, name);
}
