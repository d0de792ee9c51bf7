import type { StageAnswer, Target } from '../../../app/ports.ts';
import { compactDay } from '../../../core/day.ts';
import type { MiCall } from '../mi.ts';
import { commitEach } from './answer.ts';
import { stageMessages } from './message-family.ts';
import { lookUpMessages } from './message-lookup.ts';
import {
  discardMessages,
  inspectMessages,
  type MessageKind,
  readBackMessages,
} from './message-status.ts';
import type { Part } from './pick-match.ts';
import { preparePicks } from './pick-prepare.ts';
import { documentOf, handleOf, inOrder, type Recipe, type Session } from './session.ts';
import { packageAndLines, warehouseFamily, warehouseHead } from './warehouse-message.ts';

/** Longest PARE of a package; a longer tracking number would be another one when cut. */
const trackingLengthMax = 20;

/**
 * Goods that left for a sales order: the pick of its delivery is reported, line by line, with what
 * ShipBob shipped (reference: infor-api §4.3; posting-protocol §5).
 */
const kind: MessageKind = {
  family: warehouseFamily({ quantityField: 'DLQT', settings: (all) => all.issue }),
  content: {
    head(target, settings) {
      const issue = documentOf(target, 'goodsIssue');
      return {
        ...warehouseHead(issue.warehouse, settings.issue),
        CUNO: issue.customer,
        RIDN: target.dependency?.number ?? '',
      };
    },
    planned: (target) =>
      documentOf(target, 'goodsIssue').lines.map(({ line, item, quantity, lot }) => ({
        line,
        item,
        quantity,
        lot,
      })),
  },
  reference(target, number, lines) {
    const deliveries = [
      ...new Set(lines.map((line) => line.row.DLIX || line.row.RIDI || '')),
    ].filter((delivery) => !/^0*$/.test(delivery));
    return {
      number: deliveries[0] ?? number,
      detail: { message: number, salesOrder: target.dependency?.number ?? null, deliveries },
    };
  },
};

export const goodsIssue: Recipe = {
  lookup: (targets, session) => lookUpMessages(kind, targets, session),
  stage,
  inspect: (targets, session) => inspectMessages(kind, targets, session),
  commit: (targets, session) =>
    commitEach(targets, session, {
      program: 'MHS850MI',
      call: (target) => ({
        transaction: 'PrcWhsTran',
        record: { MSGN: handleOf(target), PRFL: '*EXE' },
        columns: [],
      }),
      readBack: (refused) => readBackMessages(kind, refused, session),
    }),
  readBack: (targets, session) => readBackMessages(kind, targets, session),
  discard: (targets, session) => discardMessages(kind, targets, session),
};

async function stage(targets: Target[], session: Session): Promise<StageAnswer[]> {
  const prepared = await preparePicks(targets, session);
  const answers = new Map<Target, StageAnswer>();
  const ready: Target[] = [];
  const parts = new Map<Target, Part[]>();
  for (const target of targets) {
    const answer = prepared.get(target);
    if (answer?.state === 'ready') {
      ready.push(target);
      parts.set(target, answer.parts);
    } else if (answer !== undefined) answers.set(target, answer);
  }
  const staged = await stageMessages(ready, session, {
    family: kind.family,
    content: kind.content,
    body: (target, number) => body(target, { number, parts: parts.get(target) ?? [], session }),
  });
  ready.forEach((target, index) => {
    const answer = staged[index];
    if (answer !== undefined) answers.set(target, answer);
  });
  return inOrder(targets, answers);
}

function body(target: Target, from: { number: string; parts: Part[]; session: Session }): MiCall[] {
  const { number, parts, session } = from;
  const issue = documentOf(target, 'goodsIssue');
  const tracking = issue.trackingNumber ?? '';
  return packageAndLines({
    target,
    number,
    warehouse: issue.warehouse,
    qualifier: session.settings.issue.qualifier,
    package: { PARE: tracking.length <= trackingLengthMax ? tracking : '' },
    lines: parts.map(({ wanted, pick, quantity }) => ({
      line: wanted.line.line,
      record: {
        ITNO: wanted.line.item,
        DLQT: quantity,
        RIDN: wanted.order,
        RIDL: wanted.row.orderLine,
        RIDX: wanted.row.suffix,
        RIDI: pick.delivery,
        DLIX: pick.delivery,
        PLSX: pick.pickList,
        PLRN: pick.reportingNumber,
        CUNO: issue.customer,
        WHSL: pick.location,
        BANO: pick.lot,
        RSCD: wanted.line.reasonCode ?? '',
        RPDT: compactDay(issue.movedOn),
        // Ends the line, also a short one: only when ShipBob will ship no more of it.
        OEND: wanted.line.complete ? '1' : '0',
      },
    })),
  });
}
