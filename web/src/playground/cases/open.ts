// Cases of the corpus, and files in their format, as the playground's state.

import { folders } from 'virtual:rabatt-cases';
import { parseExact } from '../../json/exact.ts';
import { laidOut } from '../../json/layout.ts';
import { memberTexts } from '../../json/place.ts';
import type { State } from '../state.ts';

/** So many columns stand beside each other on most screens. */
export const COLUMNS = 46;

/** What a case says beside its Call. */
export interface Told {
  why: string;
  cites: string[];
  /** The part of the Answer that matters. */
  expect: unknown;
}

export interface Opened {
  state: State;
  told?: Told;
}

/** A case of the corpus by `folder/name`; `undefined` when there is none. */
export async function openCase(name: string): Promise<Opened | undefined> {
  const [folder = '', file = ''] = name.split('/');
  if (!Object.hasOwn(folders, folder)) return undefined;
  const cases = (await folders[folder]?.())?.default ?? {};
  const found = Object.hasOwn(cases, file) ? cases[file] : undefined;
  if (found === undefined) return undefined;
  const opened = typeof found === 'string' ? openText(found) : openCall(found.call, found.about);
  return { ...opened, state: { ...opened.state, case: name } };
}

/** A file: a case, a Call, or a list of rules. Throws when it is no JSON. */
export function openText(text: string): Opened {
  const read = parseExact(text);
  if (Array.isArray(read)) return { state: { rules: laidOut(text, COLUMNS), receipt: '', facts: '', options: '' } };
  const members = memberTexts(text);
  const part = (name: string): string => laidOut(members.get(name) ?? '', COLUMNS);
  const state: State = { rules: part('rules'), receipt: part('receipt'), facts: part('facts'), options: part('options') };
  const told = toldBy(read);
  return told ? { state, told } : { state };
}

function openCall(call: string, about: string): Opened {
  const told = toldBy(parseExact(about));
  const state: State = { rules: '', receipt: '', facts: '', options: '', call };
  return told ? { state, told } : { state };
}

function toldBy(read: unknown): Told | undefined {
  if (typeof read !== 'object' || read === null || !('expect' in read)) return undefined;
  const { why, cites, expect } = read as Partial<Told>;
  return { why: String(why ?? ''), cites: Array.isArray(cites) ? cites.map(String) : [], expect };
}
