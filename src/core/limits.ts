/** Every bound of the planning core, each with the fact that sets it. */
export const limits = {
  /** Records or postings of a run remembered as met: many batches' worth, and little memory. */
  recentNamesMax: 20_000,
  /** Longest number read from outside: 64-bit ids and M3's 17-digit fields fit many times over. */
  decimalTextMax: 64,

  /** Sales order key: customer's order number, 20 characters (infor-api §4.1). */
  salesOrderKeyMax: 20,
  /** Warehouse message key: external message number, 17 characters (infor-api §4.3, §4.4). */
  warehouseKeyMax: 17,
  /** Journal key: the batch key, 15 characters (infor-api §4.5). */
  journalKeyMax: 15,
  /** Two digits of sequence in a journal key. */
  journalSequenceMax: 99,

  /** Lines of one journal, two per charge: a voucher numbers its lines with three digits. */
  journalLinesMax: 998,
  /** Charges of one journal: a debit and a credit line each. */
  journalEntriesMax: 499,
  /** A batch description has 40 characters (infor-api §4.5). */
  journalDescriptionMax: 40,

  /** Kept of a record that could not be understood; the whole of it stays in the store. */
  rawEvidenceMax: 2_048,
  /** Differences listed in one flag; the rest is counted. A flag is read by a person. */
  differencesShownMax: 20,
  /** Evidence text taken from a record, so that one odd value cannot fill the flag list. */
  evidenceTextMax: 200,
  /** Purchase order numbers are short; a longer text is not searched with a configured pattern. */
  purchaseOrderTextMax: 100,

  /** Decimal places of a purchase quantity: M3 allows six at most. */
  purchaseDecimalsMax: 6,
  /** Decimal places of a unit price shared out over a bundle's components. */
  priceDecimals: 4,
  /** Decimal places of a line's value before it is shared out. */
  moneyDecimals: 2,

  /** Mistakes in a list of hand bookings told at once; one row in a wrong form is rarely alone. */
  handBookMistakesMax: 20,

  /** Windows touch with this overlap, since ShipBob's bounds may both be exclusive (§5.1). */
  windowSeamMs: 1_000,
  /** Windows of one run: ten years of days. A longer backfill goes on in the next run. */
  windowsMax: 4_000,

  /**
   * Records planned together. Enough that the share of flags in a batch means something, and what
   * is read for a page of ShipBob is read once.
   */
  recordsPerPlan: 250,

  /** Exponent at which 2ⁿ stops growing; beyond it every cap has long been reached. */
  backoffExponentMax: 30,
} as const;
