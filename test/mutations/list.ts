import { inforMutations } from './list-infor.ts';
import { postingMutations } from './list-posting.ts';
import { readingMutations } from './list-reading.ts';
import { storeMutations } from './list-store.ts';
import type { Mutation } from './mutation.ts';

/** Every deliberate breakage, in the order in which a document goes wrong. */
export const mutations: readonly Mutation[] = [
  ...postingMutations,
  ...storeMutations,
  ...inforMutations,
  ...readingMutations,
];
