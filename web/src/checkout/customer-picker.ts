// Who is buying.

import { el } from '../dom.ts';
import { pick } from '../i18n.ts';
import { CUSTOMERS, type Customer } from './customers.ts';
import { texts } from './texts.ts';

export function customerPicker(chosen: Customer, choose: (customer: Customer) => void): HTMLElement {
  const t = pick(texts);
  return el(
    'fieldset',
    { class: 'customers' },
    el('legend', {}, t.customer),
    CUSTOMERS.map((customer) => {
      const { name, holds } = t.customers[customer];
      return el(
        'label',
        { class: 'customer' },
        el('input', { type: 'radio', name: 'customer', value: customer, checked: customer === chosen, onchange: () => choose(customer) }),
        el('span', { class: 'face', 'aria-hidden': 'true' }, customer === 'anonymous' ? '?' : name.slice(0, 1)),
        el('span', { class: 'who-is' }, el('span', { class: 'name' }, name), el('span', { class: 'holds' }, holds)),
      );
    }),
  );
}
