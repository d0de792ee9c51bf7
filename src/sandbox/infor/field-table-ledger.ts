import type { FieldTable } from './field-table-type.ts';

/** Fields of the general ledger and data export; the notation is told in field-table.ts. */
export const ledgerFields: FieldTable = {
  GLS840MI: {
    AddBatchHead: {
      in: 'CONO:3N* KEY1:15* INTN:15* DESC:40* DIVI:3 USID:10',
      out: 'CONO:3',
    },
    AddBatchLineFld: {
      in: `
        KEY1:15* LINE:7N* INRI:2* DIVI:3 GRNR:10 EICD:1N AIT1:10 AIT2:10 AIT3:10 AIT4:10
        AIT5:10 AIT6:10 AIT7:10 ACQT:17 CRTP:2N CUCD:3 ARAT:13N CUAM:17N ACAM:17N DBCR:1
        ACDT:10D VTCD:2N VTXT:40 FTCO:3 BSCD:3 VRNO:16 EXN1:3N EXI1:45 EXN2:3N EXI2:45
        SHDT:10D`,
      out: '',
    },
    CtrlBatch: {
      in: 'CONO:3N* KEY1:15* DIVI:3',
      out: 'CONO:3',
    },
    UpdBatch: {
      in: 'CONO:3N* KEY1:15* DIVI:3',
      out: 'CONO:3',
    },
  },
  GLS200MI: {
    LstVouchersByDt: {
      list: true,
      in: 'FRDT:10D* TODT:10D* DIVI:3',
      out: `
        CONO:3 DIVI:3 YEA4:4 JRNO:7 JSNO:7 FEID:4 FNCN:3 TDSC:10 VDSC:7 TRCD:2 ACDT:10D
        VSER:3 VONO:8 EICD:1 OCDT:10D REDE:10D RECO:1 ERDT:10D VATD:10D TOCD:1 AIT1:10
        AIT2:10 AIT3:10 AIT4:10 AIT5:10 AIT6:10 AIT7:10 ACQT:17 DCQT:1 UNIT:3 CUCD:3 CRTP:2
        ARAT:13 THCC:3 TCRT:2 TCAR:13 ACAM:17 DCAM:1 DBCR:1 CUAM:17 TGCD:1 VTP1:7 CVT1:17
        VTP2:7 CVT2:17 CVT3:17 CVT4:17 VATR:1 VRNE:1 SERS:2 ARCD:1 GFL1:1 GFL2:1 GFL3:1
        GFL4:1 GFL5:1 BSCD:3 FTCO:3 TXID:13 ACYP:6 TCAM:17 CHID:10 VTXT:40 RGDT:10D RGTM:6
        APCD:10 APRV:1 ECAR:2 VRNO:16 VSNO:7 LMDT:10D CHNO:3 CYP6:6 DCFG:1 VTPQ:8 VTD1:7
        CRAU:10 CRAY:1`,
    },
    LstVoucherLines: {
      list: true,
      in: 'DIVI:3* YEA4:4N* VONO:8N* CONO:3N VSER:3 JRNO:7N',
      out: `
        CONO:3 DIVI:3 YEA4:4 JRNO:7 JSNO:7 FEID:4 FNCN:3 TDSC:10 VDSC:7 TRCD:2 ACDT:10D
        VSER:3 VONO:8 EICD:1 OCDT:10D REDE:10D RECO:1 ERDT:10D VATD:10D TOCD:1 AIT1:10
        AIT2:10 AIT3:10 AIT4:10 AIT5:10 AIT6:10 AIT7:10 ACQT:17 DCQT:1 UNIT:3 CUCD:3 CRTP:2
        ARAT:13 THCC:3 TCRT:2 TCAR:13 ACAM:17 DCAM:1 DBCR:1 CUAM:17 TGCD:1 VTP1:7 CVT1:17
        VTP2:7 CVT2:17 CVT3:17 CVT4:17 VATR:1 VRNE:1 SERS:2 ARCD:1 GFL1:1 GFL2:1 GFL3:1
        GFL4:1 GFL5:1 BSCD:3 FTCO:3 TXID:13 ACYP:6 TCAM:17 CHID:10 VTXT:40 RGDT:10D RGTM:6
        APCD:10 APRV:1 ECAR:2 VRNO:16 VSNO:7 LMDT:10D CHNO:3 CYP6:6 DCFG:1 VTCD:2 AT04:1
        VTD1:7`,
    },
    GetVoucherHead: {
      in: 'DIVI:3* YEA4:4N* VONO:8N* CONO:3N VSER:3 JRNO:7N',
      out: `
        CONO:3 DIVI:3 YEA4:4 VSER:3 VONO:8 FEID:4 FNCN:3 TDSC:10 VDSC:7 DSUM:17 CSUM:17
        CUAD:17 CUAC:17 CUCD:3`,
    },
  },
  CRS910MI: {
    Select: {
      list: true,
      in: 'CONO:3N FDIV:3 TDIV:3 FYEA:4N TYEA:4N FPET:1N TPET:1N',
      out: 'CONO:3 DIVI:3 PETP:1 YEA4:4 PERI:2 NAME:15 FDAT:10D TDAT:10D',
    },
  },
  EXPORTMI: {
    Select: {
      list: true,
      in: 'QERY:982* SEPC:1 HDRS:1N',
      out: 'REPL:3985',
    },
  },
};
