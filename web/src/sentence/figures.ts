// Amounts, percentages, dates and hours as a language writes them.

import { text } from './read.ts';
import type { Day } from './words.ts';

export interface Figures {
  money(value: unknown): string;
  percent(value: unknown): string;
  count(value: unknown): string;
  /** An instant: its date, and the time of day unless that is midnight. `through` is true for the end of a day. */
  date(value: unknown, end: boolean): { date: string; time: string; through: boolean } | undefined;
  times(start: string, end: string): string;
}

const ZONE = 'Europe/Oslo';
const UNKNOWN = '?';

export function figures(language: 'nb' | 'en', currency: string): Figures {
  const locale = language === 'nb' ? 'nb-NO' : 'en-GB';
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 18 });
  const money = moneyFormat(locale, currency);
  return {
    money: (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? money(value) : (text(value) ?? UNKNOWN)),
    percent: (value) => (typeof value === 'number' ? `${plain.format(value)} %` : `${text(value) ?? UNKNOWN} %`),
    count: (value) => (typeof value === 'number' ? plain.format(value) : (text(value) ?? UNKNOWN)),
    date: (value, end) => date(value, end, locale),
    times: (start, end) => [start, end].map((time) => shortTime(time, [start, end])).join('–'),
  };
}

/** Minor units as an amount, without going through fractions: the digits are split, not divided. */
function moneyFormat(locale: string, currency: string): (minor: number) => string {
  let format: Intl.NumberFormat;
  try {
    format = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
  } catch {
    return (minor) => `${minor} ${currency}`;
  }
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const whole = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 0,
    maximumFractionDigits: digits,
  });
  return (minor) => {
    const sign = minor < 0 ? '-' : '';
    const units = Math.abs(minor)
      .toString()
      .padStart(digits + 1, '0');
    const cut = units.length - digits;
    const decimal = digits === 0 ? `${sign}${units}` : `${sign}${units.slice(0, cut)}.${units.slice(cut)}`;
    // A decimal text is formatted exactly; whole amounts are said without their zeros.
    const shown = minor % 10 ** digits === 0 ? whole : format;
    return shown.format(decimal as unknown as number);
  };
}

function date(value: unknown, end: boolean, locale: string): ReturnType<Figures['date']> {
  const written = typeof value === 'string' ? value : undefined;
  const instant = new Date(written ?? Number.NaN);
  if (written === undefined || Number.isNaN(instant.getTime())) return undefined;
  // Rules are usually written from midnight to midnight, here or in UTC.
  const zone = [ZONE, 'UTC'].find((each) => timeIn(instant, each, locale) === timeIn(new Date(0), 'UTC', locale));
  const through = end && zone !== undefined;
  const shown = through ? new Date(instant.getTime() - 1) : instant;
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: zone ?? ZONE }).format(shown);
  return { date: day, time: zone === undefined ? timeIn(instant, ZONE, locale) : '', through };
}

function timeIn(instant: Date, timeZone: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    hourCycle: 'h23',
    timeZone,
  }).format(instant);
}

/** `10` for `10:00` when its partner is a whole hour too. */
function shortTime(time: string, both: string[]): string {
  return both.every((each) => each.endsWith(':00')) ? time.replace(/^0?(\d+):00$/, '$1') : time;
}

export const DAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export function isDay(value: unknown): value is Day {
  return DAYS.includes(value as Day);
}
