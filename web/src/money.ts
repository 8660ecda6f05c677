// Whole minor units as people write them. No amount ever is a float: Intl takes the decimal as text.

import { locale } from './i18n.ts';

// ISO 4217; all others have two.
const NONE = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' ');
const THREE = 'BHD IQD JOD KWD LYD OMR TND'.split(' ');

/** How many decimals a currency has. */
export function decimals(currency: string): number {
  return NONE.includes(currency) ? 0 : THREE.includes(currency) ? 3 : 2;
}

/** `3500` in a currency of two decimals as the text `35.00`. */
export function decimalText(minor: number | bigint, currency: string): string {
  const amount = BigInt(minor);
  const places = decimals(currency);
  const digits = (amount < 0n ? -amount : amount).toString().padStart(places + 1, '0');
  const at = digits.length - places;
  return (amount < 0n ? '-' : '') + digits.slice(0, at) + (places > 0 ? `.${digits.slice(at)}` : '');
}

const formats = new Map<string, Intl.NumberFormat>();

function format(currency: string): Intl.NumberFormat {
  const key = `${locale()} ${currency}`;
  let made = formats.get(key);
  if (!made) {
    const places = { minimumFractionDigits: decimals(currency), maximumFractionDigits: decimals(currency) };
    made = /^[A-Z]{3}$/.test(currency)
      ? new Intl.NumberFormat(locale(), { style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...places })
      : new Intl.NumberFormat(locale(), places);
    formats.set(key, made);
  }
  return made;
}

/** `3500` NOK as `35,00 kr` in Norwegian. Without a currency: the number with two decimals. */
export function money(minor: number | bigint, currency = ''): string {
  return format(currency).format(decimalText(minor, currency) as Intl.StringNumericLiteral);
}

/** The same with its sign always shown: `−35,00 kr`, `+1,20 kr`. */
export function signedMoney(minor: number | bigint, currency = ''): string {
  const amount = BigInt(minor);
  return (amount < 0n ? '−' : '+') + money(amount < 0n ? -amount : amount, currency);
}
