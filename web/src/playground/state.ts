// What the playground works on: texts, since they are shown, saved and evaluated as they are written.

import { memberTexts } from '../json/place.ts';

export interface State {
  rules: string;
  receipt: string;
  facts: string;
  options: string;
  /** A whole Call that is no JSON: then it is all there is. */
  call?: string;
  /** `folder/name` of the corpus case it came from. */
  case?: string;
}

export const PARTS = ['rules', 'receipt', 'facts'] as const;
export type Part = (typeof PARTS)[number];

/** Unless a case says otherwise every rule is explained. */
export const OPTIONS = '{"explain": true}';

const isBlank = (text: string): boolean => text.trim() === '';

/** The Call, with the texts as they stand. Each of them must be JSON by itself. */
export function callText(state: State): string {
  if (state.call !== undefined) return state.call;
  const members = (['rules', 'facts', 'receipt'] as const)
    .filter((name) => !isBlank(state[name]))
    .map((name) => `"${name}":${state[name]}`);
  return `{${[...members, `"options":${explaining(state.options)}`].join(',')}}`;
}

/** Verdicts are always wanted here, whatever a case asks for. */
function explaining(options: string): string {
  const asked = memberTexts(options);
  // What is no object, or no truth value, is asked as it is: the engine says what belongs there.
  if (!isBlank(options) && !options.trimStart().startsWith('{')) return options;
  if (['false', 'null', undefined].includes(asked.get('explain'))) asked.set('explain', 'true');
  return `{${[...asked].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}

/** Are verdicts part of what the state itself asks for? */
export function asksToExplain(state: State): boolean {
  return (
    memberTexts(state.call === undefined ? state.options : (memberTexts(state.call).get('options') ?? '')).get('explain') ===
    'true'
  );
}

/** A part of the Call by a problem's pointer, and the pointer inside it. */
export function placeOf(pointer: string): { part: Part; pointer: string } | undefined {
  const part = PARTS.find((name) => pointer === `/${name}` || pointer.startsWith(`/${name}/`));
  return part && { part, pointer: pointer.slice(part.length + 1) };
}
