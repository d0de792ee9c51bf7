/** How one simulated tenant behaves where public facts leave M3's behaviour open. */
export interface TenantModes {
  /** EXPORTMI answers; many tenants switch it off. */
  exportEnabled: boolean;
  /** A cut list says where to go on; only newer grids do. */
  positionKey: boolean;
  /** AddCOPick, AddPOReceipt, AddPickViaRepNo and AddAdjust take no E0PB: is it kept blank? */
  blankE0pbAfterShortForms: boolean;
  /** Whether MSGN and MSNR may come from the caller instead of M3's number series. */
  callerMessageNumber: 'accepted' | 'refused';
  /** Whether PUNO may come from the caller of PPS370MI/AddHead. */
  callerPurchaseNumber: 'accepted' | 'refused';
  duplicatePmsnAccepted: boolean;
  /** Confirm only submits; the order appears this much later, and parallel runs all take effect. */
  confirmDelayMs: number;
  /** The same for PrcWhsTran, PrcStkTran and UpdBatch. */
  processDelayMs: number;
  /** A staging line that was lost "before effect" lands minutes later after all. */
  lateStagingLines: boolean;
  /** From FinishEntry to the purchase order; in the second half neither list shows it. */
  purchaseOrderTransferMs: number;
  /** Automation level of the batch origin in PPS090: 1 stops after "finished". */
  purchaseAutomation: 1 | 2;
  /** GLS200MI/LstVouchersByDt is not there. */
  glListMissing: boolean;
  /** By which day LstVouchersByDt lists: nothing published says it. */
  voucherListGoesBy: 'accountingDay' | 'entryDay';
  /** From the posting to the voucher being visible. */
  voucherDelayMs: number;
  /** No list returns more rows, whatever the caller asks for; 0 is no limit. */
  listLimit: number;
  /** A stopped customer's batch order waits in 30, or becomes an order marked as stopped. */
  creditStop: 'hold' | 'create';
  /** So many of the next Confirms end abnormally, in status 55 without an order. */
  abnormalConfirms: number;
  overReceipt: 'refused' | 'accepted';
  /** PrcWhsTran and PrcStkTran answer OK although the head went to 35 or 45. */
  silentProcessErrors: boolean;
  /** `errorCode` is blank, the code stands in the message text alone. */
  blankErrorCodes: boolean;
  /** Orders are allocated when they are confirmed. */
  autoAllocate: boolean;
  /** A commit that takes at least this long is answered 504 by the gateway. */
  gatewayTimeoutMs: number;
  /** When an effect that outlives its 504 lands, at the earliest and at the latest. */
  lateEffectMsMin: number;
  lateEffectMsMax: number;
  /**
   * How old the state is at most that a stale read tells, as a cache or a lagging copy would; 0 is
   * never. Two look-ups that have to agree are further apart than this.
   */
  staleReadMsMax: number;
  /** Real time a slow answer takes. */
  slowMs: number;
  tokenLifetimeMs: number;
  /** Programs that the service user may not run. */
  forbiddenPrograms: string[];
}

/** Everything a caller could hope for. */
export const richTenant: TenantModes = {
  exportEnabled: true,
  positionKey: true,
  blankE0pbAfterShortForms: false,
  callerMessageNumber: 'accepted',
  callerPurchaseNumber: 'accepted',
  duplicatePmsnAccepted: false,
  confirmDelayMs: 0,
  processDelayMs: 0,
  lateStagingLines: false,
  purchaseOrderTransferMs: 0,
  purchaseAutomation: 2,
  glListMissing: false,
  voucherListGoesBy: 'accountingDay',
  voucherDelayMs: 0,
  listLimit: 10_000,
  creditStop: 'hold',
  abnormalConfirms: 0,
  overReceipt: 'refused',
  silentProcessErrors: true,
  blankErrorCodes: false,
  autoAllocate: false,
  gatewayTimeoutMs: 60_000,
  lateEffectMsMin: 60_000,
  lateEffectMsMax: 290_000,
  staleReadMsMax: 0,
  slowMs: 200,
  tokenLifetimeMs: 7_200_000,
  forbiddenPrograms: [],
};

/** Everything that can be missing or hostile at once; the crash matrix runs on this one. */
export const poorestTenant: TenantModes = {
  ...richTenant,
  exportEnabled: false,
  positionKey: false,
  blankE0pbAfterShortForms: true,
  callerMessageNumber: 'refused',
  callerPurchaseNumber: 'refused',
  duplicatePmsnAccepted: true,
  confirmDelayMs: 20_000,
  lateStagingLines: true,
  purchaseOrderTransferMs: 90_000,
  glListMissing: true,
  voucherDelayMs: 120_000,
  staleReadMsMax: 45_000,
  listLimit: 1000,
};
