import type { FieldTable } from './field-table-type.ts';

/** Inputs of master data and identity; the notation is told in field-table-type.ts. */
export const masterFields: FieldTable = {
  MNS150MI: {
    GetUserData: 'USID/10',
  },
  MMS200MI: {
    Get: 'ITNO*15 LNCD/2',
    GetItmBasic: 'ITNO*15 CONO/N3 LNCD/2',
    GetItmWhsBasic: 'WHLO*3 ITNO*15 CONO/N3',
    GetItmWhsBal: 'WHLO*3 ITNO*15 CONO/N3',
  },
  MMS025MI: {
    GetItem: 'ALWT*N2 POPN*30 CONO/N3 ALWQ/4 E0PA/17 SEA1/7 VFDT/D10',
    LstItem: 'list POPN*30 CONO/N3 ALWT/N2',
  },
  CRS610MI: {
    GetBasicData: 'CUNO*10 CONO/N3',
    GetOrderInfo: 'CUNO*10 CONO/N3 DIVI/3',
    GetFinancial: 'CUNO*10 CONO/N3 DIVI/3',
  },
  CRS620MI: {
    GetBasicData: 'SUNO*10 CONO/N3',
  },
  MMS005MI: {
    GetWarehouse: 'WHLO*3',
  },
  CRS630MI: {
    GetAccountID: 'AITP*N1 AITM*10 DIVI/3',
  },
};
