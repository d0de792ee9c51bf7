import { z } from 'zod';

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

const faultKind = z.enum([
  'unauthorized',
  'rateLimited',
  'rateLimitedBare',
  'serverErrorBefore',
  'serverErrorAfter',
  'gatewayTimeoutBefore',
  'gatewayTimeoutAfter',
  'gatewayTimeoutLate',
  'resetBefore',
  'resetAfter',
  'slow',
  'truncated',
  'html',
  'terminatedBulk',
  'partialBulk',
  'lockedOnce',
  'okWithoutEffect',
]);
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
    slowMs: z.number().nonnegative(),
    tokenLifetimeMs: z.number().positive(),
    forbiddenPrograms: z.array(z.string()),
  })
  .partial()
  .strict();
