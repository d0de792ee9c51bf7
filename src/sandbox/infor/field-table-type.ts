/**
 * Fields per program and transaction, as `NAME:length`, then `N` for a number, `D` for a day and
 * `*` for a mandatory one. The facts are the published ones: reference/infor/mi.
 */
export type FieldTable = Record<
  string,
  Record<string, { list?: boolean; in: string; out: string }>
>;
