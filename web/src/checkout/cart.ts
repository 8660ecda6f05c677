// The cart, and the receipt that it makes.

import type { Language } from '../i18n.ts';
import { newId } from '../ids.ts';
import { customerId, type Customer } from './customers.ts';
import { productOf } from './products.ts';

export const CURRENCY = 'NOK';
/** More of one product is surely a slip of the finger. */
export const MOST = 999;

export interface Line {
  /** Stays with the product for as long as it is in the cart. */
  lineId: number;
  product: string;
  quantity: number;
}

export interface Cart {
  receiptId: string;
  customer: Customer;
  lines: Line[];
  codes: string[];
}

export interface Receipt {
  receipt_id: string;
  purchase_at: string;
  currency: string;
  store: { id: string };
  customer_id?: string;
  discount_code?: string[];
  items: object[];
}

export function emptyCart(customer: Customer = 'anonymous'): Cart {
  return { receiptId: newId(), customer, lines: [], codes: [] };
}

/** Sets how many of a product; none takes it out. */
export function setQuantity(cart: Cart, product: string, quantity: number): void {
  const line = cart.lines.find((line) => line.product === product);
  const wanted = Math.min(MOST, Math.max(0, Math.trunc(quantity)));
  if (line && wanted === 0) cart.lines.splice(cart.lines.indexOf(line), 1);
  else if (line) line.quantity = wanted;
  else if (wanted > 0) cart.lines.push({ lineId: Math.max(0, ...cart.lines.map((line) => line.lineId)) + 1, product, quantity: wanted });
}

export function quantityOf(cart: Cart, product: string): number {
  return cart.lines.find((line) => line.product === product)?.quantity ?? 0;
}

/** Adds a code as it was typed; the same code in other letters is the same. */
export function addCode(cart: Cart, code: string): void {
  const typed = code.trim();
  if (typed && !cart.codes.some((known) => sameCode(known, typed))) cart.codes.push(typed);
}

export function sameCode(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** The receipt as a till would send it. */
export function receiptOf(cart: Cart, at: Date, language: Language): Receipt {
  const id = customerId(cart.customer);
  return {
    receipt_id: cart.receiptId,
    purchase_at: at.toISOString(),
    currency: CURRENCY,
    store: { id: 'kiosk-1' },
    ...(id === undefined ? {} : { customer_id: id }),
    ...(cart.codes.length === 0 ? {} : { discount_code: cart.codes }),
    items: cart.lines.flatMap(({ lineId, product: name, quantity }) => {
      const product = productOf(name);
      if (!product) return [];
      return {
        line_id: lineId,
        id: product.id,
        groups: [{ id: product.group }],
        description: product.name[language],
        quantity,
        gross_amount: product.price * quantity,
        eligible_for_discount: product.eligible,
      };
    }),
  };
}
