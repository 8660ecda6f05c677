// A rule in plain words, read from its JSON: what it gives first, then every condition and limit it has.

import { conditions } from './conditions.ts';
import { en } from './en.ts';
import { type Figures, figures } from './figures.ts';
import { nb } from './nb.ts';
import { list, object } from './read.ts';
import { reward } from './reward.ts';
import type { Audience, Words } from './words.ts';

export type { Audience } from './words.ts';

export type Language = 'nb' | 'en';

export interface SentenceOptions {
  /** What amounts are in when the rule does not say; NOK when left out. */
  currency?: string;
  /** Who is given the rule; it is no part of its JSON. */
  audience?: Audience;
}

const WORDS: Record<Language, Words> = { nb, en };

/** One sentence about the rule; never empty, whatever the rule holds. */
export function sentence(rule: unknown, language: Language, options: SentenceOptions = {}): string {
  const words = WORDS[language];
  const read = object(rule);
  const shown: Figures = figures(language, currencyOf(read) ?? options.currency ?? 'NOK');
  const parts = [...reward(read, words, shown), ...conditions(read, words, shown)];
  if (options.audience !== undefined) parts.push(words.audience(options.audience));
  const joined = parts.filter((part) => part !== '').join(', ');
  return `${joined.charAt(0).toLocaleUpperCase()}${joined.slice(1)}.`;
}

/** The currency a rule is written for, when it names exactly one. */
function currencyOf(rule: Record<string, unknown>): string | undefined {
  const listed = list(object(rule.requirement).currencies);
  const [only] = listed;
  return listed.length === 1 && typeof only === 'string' && /^[A-Z]{3}$/.test(only) ? only : undefined;
}
