import { type Mutation, mutation } from './mutation.ts';

const flow = 'test/unit/post-and-settle.test.ts';
const posting = 'posting a document';
const doubt = 'an unclear commit';

/** The protocol of one document: look up, stage, compare, commit, read back, find out. */
export const postingMutations: readonly Mutation[] = [
  mutation({
    name: 'look-twice-at-once',
    harm: 'Two looks at one document find both that it may be committed again.',
    file: 'src/app/post.ts',
    from: "if (meanwhile && looking === 'no' && sinceMs >= meanwhileEveryMs && line.isGoing()) {",
    to: 'if (meanwhile && sinceMs >= meanwhileEveryMs && line.isGoing()) {',
    caughtBy: [
      'test/unit/post-side-by-side.test.ts',
      'batches of documents',
      'leave what is in doubt to be found out while they are under way',
    ],
  }),
  mutation({
    name: 'plan-page-by-page',
    harm: 'Under a broken mapping every page of a backlog is flagged: none is large enough to stop at.',
    file: 'src/app/plan.ts',
    from: "const fewest = which === 'all' ? 1 : recordsPerPlan;",
    to: 'const fewest = 1;',
    caughtBy: [
      'test/unit/work-meanwhile.test.ts',
      'what has been read of a backlog',
      'leaves what is over a full batch for the end',
    ],
  }),
  mutation({
    name: 'drop-the-read-back',
    harm: 'An OK without effect counts as posted: goods that left are never booked.',
    file: 'src/app/post-commit.ts',
    from: `if (answer.state === 'accepted') toRead.push({ work, refusal: null });`,
    to: `if (answer.state === 'accepted') {
      const reference = { number: work.posting.key, detail: {} };
      moves.push(settled(work.posting, { reference, held: [] }, 'accepted'));
    }`,
    caughtBy: [
      flow,
      posting,
      'looks its key up, stages, compares, commits and reads back, in this order',
    ],
  }),
  mutation({
    name: 'stage-without-look-up',
    harm: 'After a restored database everything of since the backup is posted a second time.',
    file: 'src/app/post.ts',
    from: 'const clear = await lookUpFirst(engine, kind, works);',
    to: 'const clear = works;\n  void lookUpFirst;',
    caughtBy: [flow, posting, 'stages nothing while its key may be there already'],
  }),
  mutation({
    name: 'commit-without-last-look-up',
    harm: 'What a second installation booked while we staged is booked again.',
    file: 'src/app/post-commit.ts',
    from: 'const stillAbsent = await lookUpLast(engine, kind, matching);',
    to: 'const stillAbsent = matching;\n  void lookUpLast;',
    caughtBy: [
      flow,
      posting,
      'commits nothing that another installation booked while it was staged',
    ],
  }),
  mutation({
    name: 'hand-one-document-to-two-batches',
    harm: 'Two batches of one run stage and commit the same document side by side.',
    file: 'src/app/post.ts',
    from: 'underWay: [...this.#busy],',
    to: '',
    also: [
      {
        file: 'src/app/post.ts',
        from: 'if (this.#seen.has(standing(posting))) {',
        to: 'if (this.#idle.has(posting.id)) {',
      },
    ],
    caughtBy: [
      'test/unit/post-side-by-side.test.ts',
      'batches of documents',
      'are under way side by side, as many as set, and never with one document in two',
    ],
  }),
  mutation({
    name: 'commit-a-doubtful-handle',
    harm: 'A late copy of a line lands in a document that is already committed.',
    file: 'src/app/post-stage.ts',
    from: `case 'doubtful':
      return postpone(engine, posting, answer.problem, { handle: answer.handle ?? posting.handle });`,
    to: `case 'doubtful':
      return move(posting, 'staged', {
        because: 'staged',
        patch: { handle: answer.handle ?? posting.handle, nextAttemptAtMs: engine.clock.now() },
      });`,
    caughtBy: [flow, posting, 'never commits a handle of which a staging call had no clear answer'],
  }),
  mutation({
    name: 'leave-a-condemned-handle',
    harm: 'Two staged documents of one key live at once, and both may be committed.',
    file: 'src/app/post.ts',
    from: `return posting.state === 'pending' && posting.handle !== null ? [posting.handle] : [];`,
    to: 'void posting;\n  return [];',
    caughtBy: [flow, posting, 'stages no new handle before the doubtful one is read back as gone'],
  }),
  mutation({
    name: 'commit-what-differs',
    harm: 'Lines that are missing or doubled in the staged document are booked like that.',
    file: 'src/app/post-commit.ts',
    from: `if (answer.state === 'matches') matching.push(work);
    else moves.push(afterInspection(engine, work.posting, answer));`,
    to: `if (answer.state !== 'gone') matching.push(work);
    else moves.push(afterInspection(engine, work.posting, answer));`,
    caughtBy: [
      flow,
      posting,
      'commits nothing that differs from the document, and asks a person after three times',
    ],
  }),
  mutation({
    name: 'post-the-deleted-again',
    harm: 'What a clerk deleted in Infor on purpose comes back by itself.',
    file: 'src/app/post.ts',
    from: `case 'deleted':
      moves.push(deletedInInfor(posting, answer.reference));
      return null;`,
    to: `case 'deleted':
      return condemned(posting);`,
    caughtBy: [flow, posting, 'never posts again what was deleted in Infor'],
  }),
  mutation({
    name: 'adopt-without-its-lines',
    harm: 'A document that was found counts with our quantities, whatever Infor booked.',
    file: 'src/app/posting-work.ts',
    from: 'const ours = posting.handedToCommit && sameLines(posting.document, found.held);',
    to: 'const ours = found.held.length >= 0 || sameLines(posting.document, found.held);',
    caughtBy: [
      flow,
      posting,
      'adopts a document that Infor holds already, with the lines of Infor',
    ],
  }),
  mutation({
    name: 'commit-again-at-once',
    harm: 'The first commit still runs behind the gateway: the document is booked twice.',
    file: 'src/app/settle.ts',
    from: 'if (quietPassed(engine, posting) && nowMs - first >= lookupGapMs) {',
    to: 'if (nowMs - first >= lookupGapMs) {',
    caughtBy: [flow, doubt, 'is not repeated before the quiet period is over'],
  }),
  mutation({
    name: 'commit-again-after-one-look',
    harm: 'One stale read is enough for a second commit of a document that is booked.',
    file: 'src/app/settle.ts',
    from: 'if (quietPassed(engine, posting) && nowMs - first >= lookupGapMs) {',
    to: 'if (quietPassed(engine, posting) && nowMs >= first) {',
    caughtBy: [flow, doubt, 'is not repeated after one negative look-up, however late it comes'],
  }),
  mutation({
    name: 'take-a-failed-look-up-for-absent',
    harm: 'While Infor cannot be read, what it has already booked is committed again.',
    file: 'src/app/settle.ts',
    from: `if (key.state === 'unclear' || handle.state === 'unclear') {`,
    to: `if (handle.state === 'unclear') {`,
    caughtBy: [
      flow,
      doubt,
      'is not repeated while a look-up fails in between: a failed look-up is not absent',
    ],
  }),
  mutation({
    name: 'believe-temporary-order-not-found',
    harm: 'A batch order that vanishes because it was booked is staged and booked anew.',
    file: 'src/app/settle.ts',
    from: `if (!posting.handedToCommit && handle.state === 'gone') {`,
    to: `if (handle.state === 'gone') {`,
    caughtBy: [
      flow,
      doubt,
      'is flagged with its evidence when the handle vanished and the key is absent',
    ],
  }),
  mutation({
    name: 'commit-what-cannot-be-read',
    harm: 'A journal without a readable handle is updated twice after one lost answer.',
    file: 'src/app/settle.ts',
    from: `if (handle.state === 'staged') return whenStaged(engine, posting);`,
    to: `if (handle.state === 'staged' || handle.state === 'unreadable')
    return whenStaged(engine, posting);`,
    caughtBy: [
      flow,
      doubt,
      'is never repeated where the handle cannot be read, and is flagged in the end',
    ],
  }),
  mutation({
    name: 'forget-the-crashed-commit',
    harm: 'What a killed run was committing is staged anew by the next run.',
    file: 'src/app/settle.ts',
    from: `const left = works.filter(({ posting }) => posting.state === 'committing');`,
    to: `const left = works.filter(({ posting }) => posting.state !== posting.state);`,
    caughtBy: [
      flow,
      doubt,
      'of a run that died between its write-ahead row and the call is found out by the next run',
    ],
  }),
  mutation({
    name: 'drop-the-intent-row',
    harm: 'A crash between call and answer leaves nothing that says a call was made.',
    file: 'src/app/write-journal.ts',
    from: 'await engine.store.recordIntents(engine.fence, intents, engine.clock.now());',
    to: '',
    caughtBy: [
      'test/unit/post-write-ahead.test.ts',
      'the write-ahead book of a run',
      'holds every intent before the call that it announces may leave',
    ],
  }),
  mutation({
    name: 'write-ahead-after-the-call',
    harm: 'The row that should survive a crash is written when it is too late.',
    file: 'src/infor/m3/recipe/session.ts',
    from: '    await this.#journal.intend(\n',
    to: '    const late = () => this.#journal.intend(\n',
    also: [
      {
        file: 'src/infor/m3/recipe/session.ts',
        from: 'const answers = await this.#send(step, program, sendings);',
        to: 'const answers = await this.#send(step, program, sendings);\n    await late();',
      },
    ],
    caughtBy: [
      'test/unit/post-write-ahead.test.ts',
      'a call with an effect',
      'is not made when its intent could not be written',
    ],
  }),
  mutation({
    name: 'ignore-a-restored-database',
    harm: 'A backup is worked from as if it were the newest state: what it forgot is posted again.',
    file: 'src/app/run.ts',
    from: 'restored = await noticeRestore({ ...parts, fence });',
    to: `restored = 'asExpected';\n    void noticeRestore;`,
    caughtBy: [
      'test/unit/run-restore.test.ts',
      'a run on a restored database',
      'takes every unfinished posting for doubtful before it does anything else',
    ],
  }),
  mutation({
    name: 'trust-the-unfinished-of-a-backup',
    harm: 'A handle that was committed after the backup is committed once more.',
    file: 'src/app/restore.ts',
    from: 'const doubtful = await store.distrustUnfinished(fence, nowMs);',
    to: 'const doubtful = fence.number > nowMs ? 1 : 0;',
    caughtBy: [
      'test/unit/run-restore.test.ts',
      'a run on a restored database',
      'takes every unfinished posting for doubtful before it does anything else',
    ],
  }),
];
