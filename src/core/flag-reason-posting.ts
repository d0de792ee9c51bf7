/** Reasons that come up while a document is posted, not while it is planned; see flag-reason.ts. */
export const postingReasons = {
  OUTCOME_UNKNOWN: {
    stream: 'all',
    sentence: 'It could not be found out whether {key} took effect in Infor.',
    hint: 'Look the key up in Infor. Then resolve the flag as posted, or retry it.',
  },
  REJECTED_BY_INFOR: {
    stream: 'all',
    sentence: 'Infor refused {key}: {problem}.',
    hint: 'Mend what Infor complains about, then retry the flag.',
  },
  DELETED_IN_INFOR: {
    stream: 'all',
    sentence: '{key} was found in Infor, but deleted.',
    hint: 'If it shall be entered again, retry the flag with --new-document.',
  },
  STAGED_DIFFERS: {
    stream: 'all',
    sentence: 'What Infor staged for {key} is not what was sent: {difference}.',
    hint: 'Nothing was committed. Check the fields that Infor fills by itself, then retry.',
  },
  LOT_NOT_ALLOCATED: {
    stream: 'shipments',
    sentence: 'Infor allocated another lot than ShipBob shipped for {key}.',
    hint: 'Allocate the shipped lot in Infor, then retry the flag.',
  },
  PROCESSING_TOO_LONG: {
    stream: 'all',
    sentence: 'Infor has not finished {key} in the time that is allowed.',
    hint: 'Look for a stopped batch job in Infor.',
  },
} as const;
