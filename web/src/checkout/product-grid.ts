// The goods to choose from; a click adds one.

import { el } from '../dom.ts';
import { language, pick } from '../i18n.ts';
import { money } from '../money.ts';
import { CURRENCY, quantityOf, type Cart } from './cart.ts';
import { productIcon } from './icons.ts';
import { PRODUCTS, type Product } from './products.ts';
import { texts } from './texts.ts';

export class ProductGrid {
  readonly element: HTMLElement;
  readonly #badges = new Map<string, { badge: HTMLElement; said: HTMLElement; count: number }>();

  constructor(add: (product: string) => void) {
    const t = pick(texts);
    this.element = el(
      'section',
      { 'aria-labelledby': 'products-title' },
      el('h2', { id: 'products-title' }, t.products),
      el('ul', { class: 'products' }, PRODUCTS.map((product) => el('li', {}, this.#tile(product, add)))),
    );
  }

  #tile(product: Product, add: (product: string) => void): HTMLElement {
    const t = pick(texts);
    const badge = el('span', { class: 'count', hidden: true, 'aria-hidden': 'true' });
    const said = el('span', { class: 'unseen' });
    const button = el(
      'button',
      { type: 'button', class: `product ${product.group}`, onclick: () => add(product.id) },
      el('span', { class: 'picture' }, productIcon(product)),
      el('span', { class: 'unseen' }, `${t.add} `),
      el('span', { class: 'name' }, product.name[language()]),
      el('span', { class: 'price amount' }, money(product.price, CURRENCY)),
      !product.eligible && el('span', { class: 'tag' }, t.noDiscount),
      badge,
      said,
    );
    this.#badges.set(product.id, { badge, said, count: 0 });
    return button;
  }

  update(cart: Cart): void {
    const t = pick(texts);
    for (const product of PRODUCTS) {
      const shown = this.#badges.get(product.id);
      const count = quantityOf(cart, product.id);
      if (!shown || shown.count === count) continue;
      shown.count = count;
      shown.badge.hidden = count === 0;
      shown.badge.textContent = String(count);
      shown.said.textContent = count === 0 ? '' : t.countInCart(count);
    }
  }
}
