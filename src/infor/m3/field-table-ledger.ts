import type { FieldTable } from './field-table-type.ts';

/** Inputs of journals, vouchers and table reads; the notation is told in field-table-type.ts. */
export const ledgerFields: FieldTable = {
  GLS840MI: {
    AddBatchHead: 'CONO*N3 KEY1*15 INTN*15 DESC*40 DIVI/3 USID/10',
    AddBatchLineFld: `
      KEY1*15 LINE*N7 INRI*2 DIVI/3 GRNR/10 EICD/N1 AIT1/10 AIT2/10 AIT3/10 AIT4/10 AIT5/10
      AIT6/10 AIT7/10 ACQT/17 CRTP/N2 CUCD/3 ARAT/N13 CUAM/N17 ACAM/N17 DBCR/1 ACDT/D10
      VTCD/N2 VTXT/40 FTCO/3 BSCD/3 VRNO/16 EXN1/N3 EXI1/45 EXN2/N3 EXI2/45 SHDT/D10`,
    CtrlBatch: 'CONO*N3 KEY1*15 DIVI/3',
    UpdBatch: 'CONO*N3 KEY1*15 DIVI/3',
  },
  GLS200MI: {
    LstVouchersByDt: 'list FRDT*D10 TODT*D10 DIVI/3',
    LstVoucherLines: 'list DIVI*3 YEA4*N4 VONO*N8 CONO/N3 VSER/3 JRNO/N7',
    GetVoucherHead: 'DIVI*3 YEA4*N4 VONO*N8 CONO/N3 VSER/3 JRNO/N7',
  },
  EXPORTMI: {
    Select: 'list QERY*982 SEPC/1 HDRS/N1',
  },
};
