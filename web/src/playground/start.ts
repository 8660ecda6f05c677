// Which state the page starts with: the one that the address names, the one worked on before in this tab, or the kiosk.

import kioskRules from '../../../service/examples/kiosk-rules.json?raw';
import gifts from '../../../service/examples/kiosk-gifts.json';
import kioskReceipt from '../../../service/examples/receipt.json?raw';
import { pick } from '../i18n.ts';
import { parseExact, writeExact } from '../json/exact.ts';
import { openCase, openText, type Opened } from './cases/open.ts';
import { unpacked } from './link.ts';
import { OPTIONS } from './state.ts';
import { texts } from './texts.ts';

const KEY = 'rabatt.playground';

/** The words behind `#/playground?`. */
export function inAddress(): URLSearchParams {
  return new URLSearchParams(location.hash.split('?')[1] ?? '');
}

/** What the address asks for; throws a sentence that says why it cannot be shown. `undefined`: it asks for nothing. */
export async function askedFor(): Promise<Opened | undefined> {
  const words = inAddress();
  const name = words.get('case');
  if (name !== null) {
    const opened = await openCase(name);
    if (!opened) throw new Error(pick(texts).caseUnknown(name));
    return opened;
  }
  const link = words.get('s');
  if (link === null) return undefined;
  const state = await unpacked(link);
  if (!state) throw new Error(pick(texts).linkBroken);
  // What a changed case expects is still worth comparing with.
  const told = state.case === undefined ? undefined : (await openCase(state.case))?.told;
  return told ? { state, told } : { state };
}

export function keep(opened: Opened): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(opened));
  } catch {
    // Too large to be kept: it is in the editors still.
  }
}

export function keptBefore(): Opened | undefined {
  const kept = sessionStorage.getItem(KEY);
  return kept === null ? undefined : (JSON.parse(kept) as Opened);
}

export function kiosk(): Opened {
  // What a single customer was given would pay for everybody here.
  const given = new Set(Object.entries(gifts).flatMap(([id, customers]) => (customers.includes('*') ? [id] : [])));
  const rules = (parseExact(kioskRules) as { id: string }[]).filter(({ id }) => given.has(id));
  const { state } = openText(`{"rules": ${writeExact(rules)}, "receipt": ${kioskReceipt}}`);
  return { state: { ...state, options: OPTIONS } };
}
