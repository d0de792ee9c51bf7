import type { FastifyReply, FastifyRequest, RouteGenericInterface } from 'fastify';
import type { Clock, Log } from '../app/ports.ts';
import { toProblem } from '../core/problem.ts';
import { answers, type Outcome, retryAfterS } from './answer.ts';
import type { BodyBudget } from './body-budget.ts';
import type { GroupCommit } from './group-commit.ts';
import type { RefusalLimit, WebhookServer } from './listener.ts';
import type { ProofSource, Proofs } from './proof.ts';
import { type Posted, prove, refusalByHeaders, type SubjectOf, signedHeaders } from './prove.ts';
import type { Tally } from './tally.ts';
import { sentAtMsOf } from './verify.ts';

export interface WebhookRoute extends RouteGenericInterface {
  Params: { token?: string };
}

type Request = FastifyRequest<WebhookRoute, WebhookServer['server']>;
type Reply = FastifyReply<RouteGenericInterface, WebhookServer['server']>;

/** Answers requests; all it keeps is whether it is still open. */
export class Desk {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #log: Log;
  readonly #toleranceMs: number;
  readonly #subjectOf: SubjectOf;
  readonly #tally: Tally;
  readonly #commit: GroupCommit;
  readonly #proofs: ProofSource;
  readonly #bodies: BodyBudget;
  #limit: RefusalLimit = async () => null;
  #stopping = false;

  constructor(details: {
    clock: Pick<Clock, 'now'>;
    log: Log;
    toleranceMs: number;
    subjectOf: SubjectOf;
    tally: Tally;
    commit: GroupCommit;
    proofs: ProofSource;
    bodies: BodyBudget;
  }) {
    this.#clock = details.clock;
    this.#log = details.log;
    this.#toleranceMs = details.toleranceMs;
    this.#subjectOf = details.subjectOf;
    this.#tally = details.tally;
    this.#commit = details.commit;
    this.#proofs = details.proofs;
    this.#bodies = details.bodies;
  }

  stop(): void {
    this.#stopping = true;
  }

  /** Known only when there is a server. */
  limitRefusals(limit: RefusalLimit): void {
    this.#limit = limit;
  }

  /** Before the body is read: calls `done` when it is worth reading, else answers. */
  admit(request: Request, reply: Reply, done: () => void): void {
    const refusal = this.#refusalAtOnce(request, reply);
    if (refusal === null) done();
    else this.answer(reply, refusal);
  }

  receive(request: Request, reply: Reply): void {
    const posted = {
      headers: request.raw.headers,
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      token: request.params.token ?? null,
    };
    const known = this.#proofs.current();
    if (known !== null) {
      this.#judge(known, posted, reply);
      return;
    }
    this.#proofs.read().then(
      (proofs) => this.#judge(proofs, posted, reply),
      () => this.answer(reply, 'noSecret'),
    );
  }

  answer(reply: Reply, outcome: Outcome, facts: Record<string, string> = {}): void {
    // Only what proves nothing counts against its address: whoever shares it, as all do behind a
    // proxy that is not trusted, must not be able to use up what ShipBob needs.
    if (answers[outcome].fault !== 'sender' || outcome === 'limited') {
      this.#send(reply, outcome, facts);
      return;
    }
    this.#limit(reply.request).then(
      (waitS) => {
        if (waitS !== null) reply.header('retry-after', String(waitS));
        this.#send(reply, waitS === null ? outcome : 'limited', facts);
      },
      () => this.#send(reply, outcome, facts),
    );
  }

  #send(reply: Reply, outcome: Outcome, facts: Record<string, string>): void {
    this.#tally.count(outcome, facts);
    const { status, text } = answers[outcome];
    reply.code(status);
    if (status === 503) reply.header('retry-after', retryAfterS);
    if (outcome === 'stopping') reply.header('connection', 'close');
    if (text === '') reply.send();
    else reply.type('text/plain; charset=utf-8').send(`${text}\n`);
  }

  health(reply: Reply): void {
    reply.code(this.#stopping ? 503 : 200).send({ status: this.#stopping ? 'stopping' : 'ok' });
  }

  /** For what fastify refuses before it gets here, and for what nobody foresaw. */
  explain(error: unknown, reply: Reply): void {
    const outcome = outcomeOf(error);
    if (outcome === 'failed') {
      this.#log.error('A webhook met a defect', { reason: toProblem(error).message });
    }
    this.answer(reply, outcome);
  }

  /** What can be said before any signature is computed. */
  #refusalAtOnce(request: Request, reply: Reply): Outcome | null {
    if (this.#stopping) return 'stopping';
    // What could not be stored need not be proved.
    if (this.#commit.full()) return 'busy';
    const posted = { headers: request.raw.headers, token: request.params.token ?? null };
    const refusal = refusalByHeaders(posted, this.#proofs.current());
    if (refusal !== null) return refusal;
    return this.#bodies.take(request.raw, reply.raw) ? null : 'busy';
  }

  /** Never throws: from here on nobody else would answer. */
  #judge(proofs: Proofs, posted: Posted, reply: Reply): void {
    try {
      const delivery = prove(posted, {
        proofs,
        nowMs: this.#clock.now(),
        toleranceMs: this.#toleranceMs,
        subjectOf: (topic, body) => this.#about(topic, body),
      });
      if (delivery === 'clockOff') this.answer(reply, delivery, this.#bothTimes(posted));
      else if (typeof delivery === 'string') this.answer(reply, delivery);
      else this.#commit.save(delivery, (outcome) => this.answer(reply, outcome));
    } catch (thrown) {
      this.explain(thrown, reply);
    }
  }

  #bothTimes(posted: Posted): Record<string, string> {
    const sentAt = new Date(sentAtMsOf(signedHeaders(posted))).toISOString();
    return {
      ...{ sentAt, ourTime: new Date(this.#clock.now()).toISOString() },
      mend: 'Set the clock of this machine right (NTP); ShipBob sends again by itself.',
    };
  }

  /** A body that breaks its reader is kept, not refused: where it comes from was proved. */
  #about(topic: string, body: string): ReturnType<SubjectOf> {
    try {
      return this.#subjectOf(topic, body);
    } catch (thrown) {
      const reason = toProblem(thrown).message;
      this.#log.error('A webhook body broke its reader', { topic, reason });
      return { subject: null, keptBecause: 'its body could not be read' };
    }
  }
}

function outcomeOf(error: unknown): Outcome {
  const status = statusOf(error);
  if (status === 413) return 'tooLarge';
  if (status === 429) return 'limited';
  return status >= 400 && status < 500 ? 'badRequest' : 'failed';
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' ? error.statusCode : 500;
}
