/** Reasons that come up while a document is posted, not while it is planned; see flag-reason.ts. */
export const postingReasons = {
  OUTCOME_UNKNOWN: {
    stream: 'all',
    sentence: 'It could not be found out whether {key} took effect in Infor.',
    hint: 'Look the key up in Infor, then retry the flag: what is found is linked, not sent again. What is not there at all is entered by hand, then: mlc flagged resolve ID --posted-as NUMBER --because TEXT.',
  },
  PARTLY_BOOKED: {
    stream: 'all',
    sentence: 'Infor booked only a part of {key}: {problem}.',
    hint: 'Finish the document in Infor, then retry the flag; it is never sent again.',
  },
  NO_PROGRESS: {
    stream: 'all',
    sentence: '{key} has been tried for longer than posting.retry.deadline: {problem}.',
    hint: 'Look at the document in Infor, mend what holds it up, then retry the flag.',
  },
  REJECTED_BY_INFOR: {
    stream: 'all',
    sentence: 'Infor refused {key}: {problem}.',
    hint: 'Mend what Infor complains about, then retry the flag.',
  },
  DELETED_IN_INFOR: {
    stream: 'all',
    sentence: '{key} was found in Infor, but deleted.',
    hint: 'It is never posted again by itself. If it shall stand again, enter it in Infor by hand, then: mlc flagged resolve ID --posted-as NUMBER --because TEXT.',
  },
  DUPLICATE_IN_INFOR: {
    stream: 'all',
    sentence: 'Infor holds several documents for {key}: {numbers}.',
    hint: 'Decide which one stands, and take the others back in Infor by hand.',
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
