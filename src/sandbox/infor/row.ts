/** One record as it travels: everything is text (reference/infor-api.md §2.4). */
export type Row = Record<string, string>;
