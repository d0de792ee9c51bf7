/** What may come of a request to the receiver. */
export type Outcome =
  | 'stored'
  | 'repeated'
  | 'malformed'
  | 'badTimestamp'
  | 'notUtf8'
  | 'unsigned'
  | 'badSignature'
  | 'tooLarge'
  | 'notFound'
  | 'wrongMethod'
  | 'limited'
  | 'badRequest'
  | 'noSecret'
  | 'clockOff'
  | 'busy'
  | 'failed'
  | 'late'
  | 'stopping';

export interface Answer {
  status: number;
  /** Empty for none. */
  text: string;
  /** Whose trouble it is; decides how loud the log is. */
  fault: 'none' | 'sender' | 'ours';
}

/**
 * ShipBob tries again after anything but 2xx, 4xx as well as 5xx (reference: shipbob-api §9.4), so
 * 2xx is said only of what is stored. 4xx says that the request can never succeed as it is; our
 * own trouble is always 503, so that nobody who looks at ShipBob's list of failed deliveries
 * takes it for a wrong secret.
 */
export const answers: Record<Outcome, Answer> = {
  stored: { status: 202, text: '', fault: 'none' },
  // Stored before; another answer would make ShipBob send it a third time.
  repeated: { status: 200, text: '', fault: 'none' },
  malformed: sender(400, 'The webhook headers are incomplete or malformed.'),
  badTimestamp: sender(400, 'webhook-timestamp is no time in seconds.'),
  notUtf8: sender(400, 'The body is not UTF-8.'),
  unsigned: sender(401, 'The delivery is not signed.'),
  badSignature: sender(401, 'No signature matches.'),
  tooLarge: sender(413, 'The body is too large.'),
  notFound: sender(404, 'Nothing is here.'),
  wrongMethod: sender(405, 'Deliveries are posted.'),
  // ShipBob tries again after 5 s, 5 min and so on, by which time the minute is over.
  limited: sender(429, 'Too many requests from this address.'),
  badRequest: sender(400, 'The request could not be understood.'),
  noSecret: ours('The secret to check with is missing or cannot be read.'),
  // Whoever signed it is who it claims to be, so it is not ShipBob's clock that is doubted.
  clockOff: ours('The signature is right, and the time far from that of our clock.'),
  busy: ours('Too many deliveries wait to be stored.'),
  failed: ours('The delivery could not be stored.'),
  late: ours('The delivery could not be stored in time.'),
  stopping: ours('The receiver is stopping.'),
};

/** As ShipBob's own first wait; it may be too many for some, and none need it. */
export const retryAfterS = '5';

function sender(status: number, text: string): Answer {
  return { status, text, fault: 'sender' };
}

function ours(text: string): Answer {
  return { status: 503, text, fault: 'ours' };
}
