import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import { externalKey } from '../../src/core/schema.ts';
import type { MiResult } from '../../src/infor/m3/mi.ts';
import { voucherText } from '../../src/infor/m3/recipe/voucher.ts';
import { cutShort, nok, ok } from '../support/mi-script.ts';
import { scriptedLedger } from '../support/recipe-script.ts';
import { aJournal, target } from '../support/recipe-target.ts';

const key = externalKey('J20261120AAA-01');
const journal = aJournal();
const one = target(journal, { key, neverCommitted: 'yes' });
const strange = Array.from({ length: 500 }, () => ({ VTXT: 'rent', CUAM: '1', AIT1: '5000' }));
const own = journal.lines.map((line) => ({
  YEA4: '2026',
  VONO: '7',
  VTXT: voucherText(line.chargeId, key),
  AIT1: line.dimensions[0] ?? '',
  CUAM: line.amount,
}));
const noTransaction: MiResult = {
  kind: 'invalid',
  problem: new Problem({
    code: 'INFOR_TRANSACTION_NOT_FOUND',
    kind: 'configuration',
    message: 'No such transaction',
    hint: 'None.',
  }),
};

describe('looking a journal up on a day with many vouchers', () => {
  it('asks for more rows until the day is whole', async () => {
    const { ledger, script, journal: book } = scriptedLedger();
    script.on(
      'GLS200MI/LstVouchersByDt',
      cutShort(...strange),
      ok(...strange, ...strange, ...own),
      ok(),
    );

    const [answer] = await ledger.lookup('journal', [one], book);

    expect(answer).toMatchObject({ state: 'posted', reference: { number: '2026-7' } });
    expect(script.limits.slice(0, 2)).toEqual([500, 10_000]);
  });

  it('is absent once every day was read whole', async () => {
    const { ledger, script, journal: book } = scriptedLedger();
    script.on('GLS200MI/LstVouchersByDt', cutShort(...strange), ok(...strange, {}), ok());

    expect(await ledger.lookup('journal', [one], book)).toEqual([{ state: 'absent' }]);
  });

  it('stops the stream, naming the setting, where M3 shows a part of the day only', async () => {
    const { ledger, script, journal: book } = scriptedLedger();
    script.on(
      'GLS200MI/LstVouchersByDt',
      cutShort(...strange),
      cutShort(...strange, ...strange),
      ok(),
    );

    await expect(ledger.lookup('journal', [one], book)).rejects.toMatchObject({
      code: 'VOUCHER_LIST_CUT',
      kind: 'configuration',
      hint: expect.stringContaining('infor.journal.voucherList'),
    });
  });

  it('does not say who is in a journal that it found in a part of the day', async () => {
    const cut = () => cutShort(...own, ...strange);
    const others = own.map((row) => ({ ...row, VTXT: voucherText('C9', key) }));
    const handed = target(journal, { key });
    const ask = async (asked: typeof one, ...lists: MiResult[]) => {
      const { ledger, script, journal: book } = scriptedLedger();
      script.on('GLS200MI/LstVouchersByDt', ...lists, ok());
      return ledger.lookup('journal', [asked], book);
    };

    await expect(ask(one, cut(), cut())).rejects.toMatchObject({ code: 'VOUCHER_LIST_CUT' });
    const different = cutShort(...others, ...strange);
    expect(await ask(handed, different, different)).toMatchObject([{ state: 'unclear' }]);
    expect(await ask(handed, cut(), cut())).toMatchObject([{ state: 'posted' }]);
  });

  it('holds nothing whose amount cannot be read', async () => {
    const { ledger, script, journal: book } = scriptedLedger();
    const blank = own.map((row) => ({ ...row, CUAM: '' }));
    script.on('GLS200MI/LstVouchersByDt', ok(...blank));

    expect(await ledger.lookup('journal', [one], book)).toMatchObject([
      { state: 'unclear', problem: { code: 'LINES_UNREADABLE' } },
    ]);
  });
});

describe('a tenant without the list of vouchers', () => {
  it('stops the stream, naming the setting', async () => {
    const { ledger, script, journal: book } = scriptedLedger();
    script.on('GLS200MI/LstVouchersByDt', noTransaction);

    await expect(ledger.lookup('journal', [one], book)).rejects.toMatchObject({
      code: 'VOUCHER_LIST_MISSING',
      kind: 'configuration',
      hint: expect.stringContaining('infor.journal.voucherList'),
    });
  });

  it('leaves in doubt what may have been committed', async () => {
    const { ledger, script, journal: book } = scriptedLedger();
    script.on('GLS200MI/LstVouchersByDt', noTransaction, noTransaction);
    const handed = target(journal, { key, handle: key });

    const [looked] = await ledger.lookup('journal', [handed], book);
    const [read] = await ledger.readBack('journal', [handed], book);

    expect(looked).toMatchObject({ state: 'unclear', problem: { code: 'VOUCHER_LIST_MISSING' } });
    expect(read).toEqual({ state: 'unreadable' });
  });

  it('is the journal’s own matter when the list is refused otherwise', async () => {
    const { ledger, script, journal: book } = scriptedLedger();
    script.on('GLS200MI/LstVouchersByDt', nok('XRE0001'));

    expect(await ledger.lookup('journal', [one], book)).toMatchObject([{ state: 'unclear' }]);
  });
});
