import type { FieldTable } from './field-table-type.ts';

/** Inputs of allocation, deliveries and picking; the notation is told in field-table-type.ts. */
export const deliveryFields: FieldTable = {
  MMS120MI: {
    AllocateOrder: 'TTYP*N2 RIDN*10 MAAL*1',
    DeAllocateOrder: 'TTYP*N2 RIDN*10 MAAL*1',
    AllocateOrdLine: 'TTYP*N2 RIDN*10 RIDL*N6 MAAL*1 RIDX/N3 ALQT/N17',
    DeAllocateOrLne: 'TTYP*N2 RIDN*10 RIDL*N6 MAAL*1 RIDX/N3 ALQT/N17',
    UpdDetAlloc: `WHLO*3 ITNO*15 WHSL*10 ALQT*N17 BANO/20 CAMU/20 TTYP/N2 RIDN/10 RIDL/N6 RIDX/N3
      TTYD/N2 RIDD/10 RILD/N6 RIXD/N3`,
  },
  MWS410MI: {
    RelForPick: 'DLIX*N11 OLUP*N1 CONO/N3',
    GetHead: 'CONO/N3 DLIX/N11 CONA/10 PUTP/N1 PUSN/17',
  },
  MWS411MI: {
    LstDelLnByOrd: 'list RORC/N1 RIDN/10 RIDL/N6 RIDX/N3',
  },
  MWS420MI: {
    LstPickHeader: 'list DLIX*N11 PLSX/N3',
    LstPLViaPckLst: 'list RIDI*N11 PLSX*N3 CONO/N3',
  },
  MWS422MI: {
    LstPickDetail: 'list DLIX*N11 PLSX/N3',
  },
};
