// A Call as an address of the playground.

import { openText } from '../playground/cases/open.ts';
import { packed } from '../playground/link.ts';
import { OPTIONS } from '../playground/state.ts';

/** `undefined` when it is too large for an address. */
export async function playgroundLink(call: string): Promise<string | undefined> {
  const link = await packed({ ...openText(call).state, options: OPTIONS });
  return link === undefined ? undefined : `#/playground?s=${link}`;
}
