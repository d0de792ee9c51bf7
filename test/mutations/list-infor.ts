import { type Mutation, mutation } from './mutation.ts';

/** How Infor's answers are read, and what is sent to it. */
export const inforMutations: readonly Mutation[] = [
  mutation({
    name: 'take-504-for-a-failure',
    harm: 'A commit that took effect behind the gateway is sent again, at once.',
    file: 'src/infor/ion/problem.ts',
    from: `return answer.status >= 500 ? { kind: 'unclear' } : { kind: 'answer' };`,
    to: `return answer.status >= 500 ? { kind: 'busy', retryAfterMs: null } : { kind: 'answer' };`,
    caughtBy: [
      'test/contract/infor-client.test.ts',
      'a write',
      'answered by 504 is unclear and never repeated',
    ],
  }),
  mutation({
    name: 'retry-unclear-writes',
    harm: 'A lost answer is followed by a second commit, a second later.',
    file: 'src/infor/m3/mi-client.ts',
    from: `if (value.reply.kind !== 'notSent' || overdue) return { again: 'no', value };
      return`,
    to: `const ended = value.reply.kind === 'answer' || value.reply.kind === 'stop' || overdue;
      if (ended) return { again: 'no', value };
      return`,
    caughtBy: [
      'test/contract/infor-client.test.ts',
      'a write',
      'answered by a reset is unclear and never repeated',
    ],
  }),
  mutation({
    name: 'believe-a-terminated-run',
    harm: 'What a bulk run says before it breaks off counts, though its calls may go on.',
    file: 'src/infor/m3/outcome.ts',
    from: 'if (envelope.wasTerminated) {',
    to: 'if (envelope.wasTerminated && envelope.items.length === 0) {',
    caughtBy: [
      'test/unit/infor-outcome.test.ts',
      'answer to several writes',
      'that broke off keeps what was said and doubts the rest',
    ],
  }),
  mutation({
    name: 'take-not-processed-for-not-sent',
    harm: 'A commit whose neighbours may be under way is taken for never tried, and made again.',
    file: 'src/infor/m3/recipe/answer.ts',
    from: `else if (result?.kind === 'notSent' && problem.code !== 'INFOR_NOT_PROCESSED') {`,
    to: `else if (result?.kind === 'notSent') {`,
    caughtBy: [
      'test/unit/recipe-commit.test.ts',
      'a commit that a broken-off run did not process',
      'is unclear: the word of a run that broke off is not taken for it',
    ],
  }),
  mutation({
    name: 'believe-a-refusal-unread',
    harm: 'A handle that was processed before refuses; it is deleted, staged and booked anew.',
    file: 'src/infor/m3/recipe/answer.ts',
    from: `else if (result?.kind === 'nok') refused.push({ target, problem });`,
    to: `else if (result?.kind === 'nok') answers.set(target, { state: 'rejected', problem });`,
    caughtBy: [
      'test/unit/recipe-answer.test.ts',
      "the commit of a 'salesOrder'",
      'is unclear after a no when the handle cannot be read',
    ],
  }),
  mutation({
    name: 'take-truncated-for-absent',
    harm: 'An order behind the end of a cut list counts as not there, and is posted again.',
    file: 'src/infor/m3/recipe/answer.ts',
    from: `return result.complete === 'yes'
      ? { state: 'rows', rows: result.records }`,
    to: `return result.complete.length > 0
      ? { state: 'rows', rows: result.records }`,
    caughtBy: [
      'test/unit/recipe-answer.test.ts',
      'looking a sales order up',
      'is unclear in a list that is cut before it passes the key',
    ],
  }),
  mutation({
    name: 'overlook-the-position-key',
    harm: 'A list that M3 says goes on is taken for the whole of it.',
    file: 'src/infor/m3/outcome.ts',
    from: `if (item.positionKey !== '') return 'no';`,
    to: '',
    caughtBy: [
      'test/unit/infor-outcome.test.ts',
      'list',
      'with a position to go on from is not complete',
    ],
  }),
  mutation({
    name: 'overlook-a-full-page',
    harm: 'A page cut at the number of rows asked for is taken for the whole list.',
    file: 'src/infor/m3/outcome.ts',
    from: `if (asked.recordsMax > 0 && count >= asked.recordsMax) return 'no';`,
    to: '',
    caughtBy: [
      'test/unit/infor-outcome.test.ts',
      'list',
      'of 3 rows where 3 were asked for is complete: no',
    ],
  }),
  mutation({
    name: 'take-any-not-found-for-absent',
    harm: 'A partner or customer that does not exist makes every document look absent.',
    file: 'src/infor/m3/recipe/answer.ts',
    from: `return no.code === recordAbsent || field === '' || keys.includes(field);`,
    to: 'return no.code !== recordAbsent || field !== keys[0];',
    caughtBy: [
      'test/unit/recipe-absence.test.ts',
      'looking a goodsReceipt up',
      'is unclear when M3 says that E0PB does not exist',
    ],
  }),
  mutation({
    name: 'count-the-staged-lines',
    harm: 'Another item, lot or quantity in a staged line goes through, if only the number is right.',
    file: 'src/infor/m3/recipe/compare.ts',
    from: 'for (const wanted of planned) {',
    to: 'if (staged.length === planned.length) return null;\n  for (const wanted of planned) {',
    caughtBy: [
      'test/unit/recipe-compare.test.ts',
      'comparing staged lines with the plan',
      'with another lot',
    ],
  }),
  mutation({
    name: 'blank-the-lot',
    harm: 'Goods are received without their lot: a recall cannot find them.',
    file: 'src/infor/m3/recipe/goods-receipt.ts',
    from: `BANO: line.lot ?? '',`,
    to: `BANO: '',`,
    caughtBy: [
      'test/unit/recipe-message.test.ts',
      'a staged goods receipt',
      'carries lot, unit and the full quantity of every line',
    ],
  }),
  mutation({
    name: 'process-while-staging',
    harm: 'M3 processes a half-staged message by itself, and again when it is committed.',
    file: 'src/infor/m3/recipe/warehouse-message.ts',
    from: `    E007: settings.messageQualifier ?? '',`,
    to: `    E007: settings.messageQualifier ?? '',\n    PRFL: '*EXE',`,
    caughtBy: [
      'test/unit/recipe-message.test.ts',
      'a staged goods receipt',
      'names no flag by which M3 would process it by itself',
    ],
  }),
  mutation({
    name: 'read-numbers-as-floats',
    harm: 'Ids above 2^53 lose their digits: one order is taken for another.',
    file: 'src/runtime/exact-json.ts',
    from: 'return { value: parse(text, null, (number) => number) };',
    to: 'void parse;\n    return { value: JSON.parse(text) };',
    caughtBy: [
      'test/unit/infor-outcome.test.ts',
      'answer to one write',
      'keeps values as trimmed text, every digit of numbers included',
    ],
  }),
  mutation({
    name: 'follow-redirects',
    harm: 'A committing POST becomes a GET of a login page that answers 200; the token goes along.',
    file: 'src/runtime/http.ts',
    from: 'maxRedirects: 0,',
    to: 'maxRedirects: 5,',
    caughtBy: ['test/contract/http-wire.test.ts', 'a redirect', 'is an answer and is not followed'],
  }),
  mutation({
    name: 'bound-only-the-silence',
    harm: 'A dripping answer holds a run past its lease, and another run begins beside it.',
    file: 'src/runtime/http.ts',
    from: 'signal: AbortSignal.timeout(call.deadlineMs),',
    to: 'timeout: call.deadlineMs * 50,',
    caughtBy: [
      'test/contract/http-wire.test.ts',
      'a body that drips in',
      'is unclear at the deadline, however alive the connection is',
    ],
  }),
];
