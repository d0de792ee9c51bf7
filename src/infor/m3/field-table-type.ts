/**
 * Input fields per program and transaction, as words: the name, `*` for mandatory or `/` for
 * optional, `N` for a number or `D` for a day (text has no letter), and the length. A first word
 * `list` marks a transaction that may answer with many records. The facts are M3's published
 * interface metadata (reference: infor/mi).
 */
export type FieldTable = Record<string, Record<string, string>>;
