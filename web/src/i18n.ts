// Which language the page speaks, and how pages bring their texts: `texts.ts` holds one object for each language, of one
// type, and `pick` takes the one to show. Pages are drawn anew when the language changes.

export type Language = 'nb' | 'en';
export type Texts<T> = Record<Language, T>;

const KEY = 'rabatt.language';
// Outside a browser, as in tests, there are neither.
const storage = globalThis.localStorage as Storage | undefined;
let chosen: Language = stored() ?? (/^(nb|nn|no|da|sv)\b/.test(globalThis.navigator?.language ?? '') ? 'nb' : 'en');
const listeners = new Set<() => void>();

function stored(): Language | undefined {
  const kept = storage?.getItem(KEY);
  return kept === 'nb' || kept === 'en' ? kept : undefined;
}

export function language(): Language {
  return chosen;
}

/** The language for Intl. */
export function locale(): string {
  return chosen === 'nb' ? 'nb-NO' : 'en-GB';
}

export function setLanguage(language: Language): void {
  chosen = language;
  storage?.setItem(KEY, language);
  for (const listener of listeners) listener();
}

/** Calls `listener` when the language changes; gives back how to stop. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function pick<T>(texts: Texts<T>): T {
  return texts[chosen];
}
