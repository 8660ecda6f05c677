// The goods to choose from; a click adds one.

import { el } from '../dom.ts';
import { language, pick } from '../i18n.ts';
import { money } from '../money.ts';
import { CURRENCY, quantityOf, type Cart } from './cart.ts';
import { groupIcon } from './icons.ts';
import { PRODUCTS, type Product } from './products.ts';
import { texts } from './texts.ts';

export class ProductGrid {
  readonly element: HTMLElement;
  readonly #badges = new Map<string, { button: HTMLElement; badge: HTMLElement; count: number }>();

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
    const name = product.name[language()];
    const price = money(product.price, CURRENCY);
    const badge = el('span', { class: 'count', hidden: true });
    const button = el(
      'button',
      { type: 'button', class: `product ${product.group}`, 'aria-label': t.addProduct(name, price, 0), onclick: () => add(product.id) },
      el('span', { class: 'picture' }, groupIcon(product.group)),
      el('span', { class: 'name' }, name),
      el('span', { class: 'price amount' }, price),
      !product.eligible && el('span', { class: 'tag' }, t.noDiscount),
      badge,
    );
    this.#badges.set(product.id, { button, badge, count: 0 });
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
      shown.button.setAttribute('aria-label', t.addProduct(product.name[language()], money(product.price, CURRENCY), count));
    }
  }
}
