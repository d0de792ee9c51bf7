import type {
  Clock,
  InforLedger,
  LedgerIdentity,
  Log,
  LookupAnswer,
  StageAnswer,
  Target,
  WriteJournal,
} from '../../app/ports.ts';
import type { DocumentKind, MasterFact, MasterNeed } from '../../core/glossary.ts';
import { Problem } from '../../core/problem.ts';
import type { ExternalKey } from '../../core/schema.ts';
import { messageNumber } from './message-number.ts';
import type { MiClient } from './mi.ts';
import { goodsIssue } from './recipe/goods-issue.ts';
import { goodsReceipt } from './recipe/goods-receipt.ts';
import { journal as journalRecipe } from './recipe/journal.ts';
import { orderCancellation } from './recipe/order-cancellation.ts';
import { purchaseOrder } from './recipe/purchase-order.ts';
import { salesOrder } from './recipe/sales-order.ts';
import { type Recipe, Session } from './recipe/session.ts';
import { stockIssue } from './recipe/stock-issue.ts';
import type { M3Settings } from './settings.ts';

const recipes: Record<DocumentKind, Recipe> = {
  salesOrder,
  purchaseOrder,
  goodsIssue,
  stockIssue,
  goodsReceipt,
  journal: journalRecipe,
  orderCancellation,
};

/**
 * Infor M3 as the engine's ledger. How each kind of document is posted stands in its recipe; here
 * they only get what they work with.
 */
export function createInforLedger(parts: {
  client: MiClient;
  masterData(needs: MasterNeed[]): Promise<MasterFact[]>;
  probe(): Promise<LedgerIdentity>;
  clock: Clock;
  log: Log;
  settings: M3Settings;
}): InforLedger {
  const { client, clock, log, settings } = parts;
  const run =
    <Answer>(step: (recipe: Recipe, targets: Target[], session: Session) => Promise<Answer[]>) =>
    async (kind: DocumentKind, targets: Target[], journal: WriteJournal): Promise<Answer[]> => {
      if (targets.length === 0) return [];
      const session = new Session({ client, journal, settings, clock, log });
      return told(session, () => step(recipes[kind], targets, session));
    };
  return {
    probe: () => parts.probe(),
    masterData: (needs) => parts.masterData(needs),
    lookup: run(async (recipe, targets, session) => {
      const answers = await recipe.lookup(targets, session);
      throwForLookup(targets, answers);
      return answers;
    }),
    stage: run(async (recipe, targets, session) => {
      const answers = await recipe.stage(targets, session);
      throwForStream(answers);
      return answers;
    }),
    inspect: run((recipe, targets, session) => recipe.inspect(targets, session)),
    commit: run((recipe, targets, session) => recipe.commit(targets, session)),
    readBack: run((recipe, targets, session) => recipe.readBack(targets, session)),
    discard: run((recipe, targets, session) => recipe.discard(targets, session)),
    plannedHandle: (kind, key, attempt) => plannedHandle(settings, { kind, key, attempt }),
    callCounts: () => client.callCounts(),
  };
}

/** Whatever a call of the ledger came to, what it read is in the trail when it is over. */
async function told<Answer>(session: Session, call: () => Promise<Answer>): Promise<Answer> {
  try {
    const answer = await call();
    await session.tell();
    return answer;
  } catch (thrown) {
    if (thrown instanceof Problem) await session.tell();
    throw thrown;
  }
}

/**
 * A set-up that refuses every document of a call alike concerns the stream, not the documents: it
 * is thrown rather than flagged a thousand times. Only while nothing was built, so that no handle
 * is lost.
 */
function throwForStream(answers: StageAnswer[]): void {
  const problems = answers.flatMap((answer) =>
    answer.state === 'rejected' && answer.handle === null ? [answer.problem] : [],
  );
  const [first] = problems;
  if (first === undefined || problems.length < answers.length) return;
  const { code } = first;
  if (problems.every((one) => one.kind === 'configuration' && one.code === code)) throw first;
}

/**
 * The same for a set-up under which no key can be looked up. Not for what may have been committed:
 * that is looked at again until a person is asked, and nothing else must wait for it.
 */
function throwForLookup(targets: Target[], answers: LookupAnswer[]): void {
  const problems = answers.flatMap((answer) =>
    answer.state === 'unclear' ? [answer.problem] : [],
  );
  const [first] = problems;
  if (first === undefined || problems.length < answers.length) return;
  if (targets.some((target) => target.neverCommitted !== 'yes')) return;
  const { code } = first;
  if (problems.every((one) => one.kind === 'configuration' && one.code === code)) throw first;
}

function plannedHandle(
  settings: M3Settings,
  wanted: { kind: DocumentKind; key: ExternalKey; attempt: number },
): string | null {
  const { kind, key, attempt } = wanted;
  switch (kind) {
    case 'goodsIssue':
    case 'goodsReceipt':
    case 'stockIssue':
      return settings.callerMessageNumbers === 'use' ? messageNumber(key, attempt) : null;
    case 'journal':
      return key;
    case 'salesOrder':
    case 'purchaseOrder':
    case 'orderCancellation':
      return null;
  }
}
