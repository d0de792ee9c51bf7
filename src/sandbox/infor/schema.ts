import { z } from 'zod';
import { faultKinds } from '../faults.ts';

/** The body of a bulk request; numbers and booleans in a record are refused, all is text. */
export const bulkBody = z.object({
  program: z.string(),
  cono: z.union([z.number(), z.string()]).optional(),
  divi: z.string().optional(),
  dateFormat: z.string().optional(),
  maxReturnedRecords: z.number().int().nonnegative().optional(),
  excludeEmptyValues: z.boolean().optional(),
  rightTrim: z.boolean().optional(),
  extendedResult: z.boolean().optional(),
  transactions: z
    .array(
      z.object({
        transaction: z.string(),
        record: z.record(z.string(), z.string()).optional(),
        selectedColumns: z.array(z.string()).optional(),
      }),
    )
    .min(1),
});
export type BulkBody = z.infer<typeof bulkBody>;

const faultKind = z.enum(faultKinds);
const scriptedFault = z.object({
  match: z.string(),
  kind: faultKind,
  times: z.number().int().positive(),
});

export const faultsBody = z.object({
  clear: z.boolean().optional(),
  script: z.union([scriptedFault, z.array(scriptedFault)]).optional(),
  rates: z.partialRecord(faultKind, z.number().min(0).max(1)).optional(),
});

const day = z.string().regex(/^\d{8}$/);

export const itemBody = z.object({
  number: z.string().min(1).max(15),
  name: z.string(),
  status: z.enum(['10', '20', '90']).default('20'),
  unit: z.string().default('PCS'),
  decimals: z.number().int().min(0).max(6).default(0),
  lotControlled: z.boolean().default(false),
  cost: z.string().default('1'),
  warehouses: z
    .array(
      z.object({
        warehouse: z.string(),
        onHand: z.string().default('0'),
        lot: z.string().default(''),
      }),
    )
    .default([]),
});

export const customerBody = z.object({
  number: z.string(),
  status: z.enum(['20', '90']).optional(),
  stopped: z.boolean().optional(),
});

/** What people who keep the master data change, or the buyer of an order, by hand. */
export const changeBody = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('item'),
      number: z.string(),
      status: z.enum(['10', '20', '90']),
    })
    .strict(),
  z.object({ kind: z.literal('periods'), from: day, to: day }).strict(),
  /** Ends a line of a purchase order, or opens it again; nothing is received by it. */
  z
    .object({
      kind: z.literal('purchaseLine'),
      order: z.string(),
      line: z.number().int(),
      closed: z.boolean(),
    })
    .strict(),
]);
export type Change = z.infer<typeof changeBody>;

export const deleteBody = z.object({
  kind: z.enum([
    'batchOrder',
    'order',
    'purchaseOrder',
    'warehouseMessage',
    'stockMessage',
    'journal',
  ]),
  number: z.string(),
  /** `status90` leaves a deleted customer order visible, as DelHead does. */
  leave: z.enum(['nothing', 'status90']).default('nothing'),
});

export const clockBody = z.object({ advanceMs: z.number() });

export const tokensBody = z.object({
  expireAll: z.boolean().optional(),
  accountEnabled: z.boolean().optional(),
});

export const tenantBody = z
  .object({
    exportEnabled: z.boolean(),
    positionKey: z.boolean(),
    blankE0pbAfterShortForms: z.boolean(),
    callerMessageNumber: z.enum(['accepted', 'refused']),
    callerPurchaseNumber: z.enum(['accepted', 'refused']),
    duplicatePmsnAccepted: z.boolean(),
    confirmDelayMs: z.number().nonnegative(),
    processDelayMs: z.number().nonnegative(),
    lateStagingLines: z.boolean(),
    purchaseOrderTransferMs: z.number().nonnegative(),
    purchaseAutomation: z.union([z.literal(1), z.literal(2)]),
    glListMissing: z.boolean(),
    voucherListGoesBy: z.enum(['accountingDay', 'entryDay']),
    voucherDelayMs: z.number().nonnegative(),
    listLimit: z.number().int().nonnegative(),
    creditStop: z.enum(['hold', 'create']),
    abnormalConfirms: z.number().int().nonnegative(),
    overReceipt: z.enum(['refused', 'accepted']),
    silentProcessErrors: z.boolean(),
    blankErrorCodes: z.boolean(),
    autoAllocate: z.boolean(),
    gatewayTimeoutMs: z.number().positive(),
    lateEffectMsMin: z.number().nonnegative(),
    lateEffectMsMax: z.number().nonnegative(),
    staleReadMsMax: z.number().nonnegative(),
    slowMs: z.number().nonnegative(),
    tokenLifetimeMs: z.number().positive(),
    forbiddenPrograms: z.array(z.string()),
  })
  .partial()
  .strict();

/** Which rows of the stock history: all that is given must fit. */
const movement = z
  .object({
    sequence: z.number().int(),
    key: z.string(),
    order: z.string(),
    item: z.string(),
  })
  .partial()
  .strict();

/** What `plant` does; quantities are signed as the stock moves. */
export const plantBody = z.discriminatedUnion('kind', [
  /** Books the first of these once more by hand. */
  z.object({ kind: z.literal('repeatMovement'), of: movement }).strict(),
  /** Takes the first of these back and books it with another lot, item, warehouse or day. */
  z
    .object({
      kind: z.literal('rebookMovement'),
      of: movement,
      lot: z.string().optional(),
      item: z.string().optional(),
      warehouse: z.string().optional(),
      day: day.optional(),
    })
    .strict(),
  /** Books `by` more (or less) under the same references. */
  z.object({ kind: z.literal('changeQuantity'), of: movement, by: z.string() }).strict(),
  /** Takes all of these back. */
  z.object({ kind: z.literal('reverseMovements'), of: movement }).strict(),
  z
    .object({
      kind: z.literal('unlinkedReceipt'),
      purchaseOrder: z.string(),
      line: z.number().int(),
      quantity: z.string(),
      lot: z.string().optional(),
      deliveryNote: z.string().optional(),
      day: day.optional(),
    })
    .strict(),
  z
    .object({
      kind: z.literal('foreignMovement'),
      type: z.enum(['50', '51', '90']).default('90'),
      warehouse: z.string(),
      item: z.string(),
      lot: z.string().optional(),
      quantity: z.string(),
      reasonCode: z.string().optional(),
      reference: z.string().optional(),
      day: day.optional(),
    })
    .strict(),
  /** Enters a sales order once more under the same reference. */
  z
    .object({
      kind: z.literal('copyOrder'),
      number: z.string(),
      customer: z.string().optional(),
    })
    .strict(),
  z
    .object({
      kind: z.literal('enterOrder'),
      yourReference: z.string(),
      customer: z.string(),
      warehouse: z.string(),
      item: z.string(),
      quantity: z.string(),
      /** Lines after the first one. */
      further: z.array(z.object({ item: z.string(), quantity: z.string() })).optional(),
      day,
    })
    .strict(),
  /** Of the first line whose text begins so, and its counterpart. */
  z
    .object({
      kind: z.literal('changeVoucher'),
      text: z.string().min(1),
      amount: z.string().optional(),
      account: z.string().optional(),
      costCentre: z.string().optional(),
    })
    .strict(),
]);

export type Plant = z.infer<typeof plantBody>;
