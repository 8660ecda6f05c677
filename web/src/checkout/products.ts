// What the kiosk sells. Prices are øre.

import type { Language } from '../i18n.ts';

export type Group = 'kaffe' | 'bakst' | 'polse' | 'brus' | 'popcorn' | 'film' | 'regn' | 'tobakk';

export interface Product {
  id: string;
  group: Group;
  name: Record<Language, string>;
  price: number;
  /** Tobacco may not be sold at a discount in Norway. */
  eligible: boolean;
}

function product(id: string, group: Group, nb: string, en: string, price: number, eligible = true): Product {
  return { id, group, name: { nb, en }, price, eligible };
}

export const PRODUCTS: readonly Product[] = [
  product('filterkaffe', 'kaffe', 'Filterkaffe', 'Filter coffee', 3500),
  product('espresso', 'kaffe', 'Espresso', 'Espresso', 3500),
  product('cappuccino', 'kaffe', 'Cappuccino', 'Cappuccino', 4600),
  product('skolebolle', 'bakst', 'Skolebolle', 'Custard bun', 2500),
  product('vaffel', 'bakst', 'Vaffel', 'Waffle', 3900),
  product('grillpolse', 'polse', 'Grillpølse', 'Hot dog', 3900),
  product('cola', 'brus', 'Cola 0,5 l', 'Cola 0.5 l', 3200),
  product('solo', 'brus', 'Solo 0,5 l', 'Solo 0.5 l', 3200),
  product('popcorn', 'popcorn', 'Popcorn', 'Popcorn', 5500),
  product('leiefilm', 'film', 'Leiefilm', 'Film rental', 8900),
  product('paraply', 'regn', 'Paraply', 'Umbrella', 24900),
  product('snus', 'tobakk', 'Snus', 'Snus', 10900, false),
];

export function productOf(id: string): Product | undefined {
  return PRODUCTS.find((product) => product.id === id);
}
