// Amounts as text, and where two answers differ: without a browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startModules } from './modules.mjs';

let modules, money, i18n, compare, cart;

before(async () => {
  modules = await startModules();
  [money, i18n, compare, cart] = await Promise.all(['money.ts', 'i18n.ts', 'checkout/compare.ts', 'checkout/cart.ts'].map(modules.load));
});

after(() => modules.end());

/** Intl writes spaces that do not break. */
const plain = (text) => text.replace(/[\u00a0\u202f]/g, ' ');

test('minor units become decimals by the currency, digit by digit', () => {
  const { decimalText } = money;
  for (const [minor, currency, text] of [
    [3500, 'NOK', '35.00'], [5, 'NOK', '0.05'], [0, 'NOK', '0.00'], [-5, 'EUR', '-0.05'], [3500, 'JPY', '3500'], [3500, 'KWD', '3.500'],
    [3500, '', '35.00'], [9007199254740993n, 'NOK', '90071992547409.93'], [-1n, 'ISK', '-1'],
  ]) assert.equal(decimalText(minor, currency), text);
});

test('amounts are written as the language writes them, and keep every digit', () => {
  for (const [language, minor, currency, text] of [
    ['nb', 3500, 'NOK', '35,00 kr'], ['nb', 123456789, 'NOK', '1 234 567,89 kr'], ['en', 3500, 'NOK', 'kr 35.00'], ['en', 350, 'JPY', '¥350'],
    ['nb', 9223372036854775807n, 'NOK', '92 233 720 368 547 758,07 kr'], ['en', 3500, '', '35.00'],
  ]) {
    i18n.setLanguage(language);
    assert.equal(plain(money.money(minor, currency)), text);
  }
  i18n.setLanguage('nb');
  assert.equal(plain(money.signedMoney(-3500, 'NOK')), '−35,00 kr');
  assert.equal(plain(money.signedMoney(0, 'NOK')), '+0,00 kr');
});

test('answers differ where a member or its value differs, whatever the order', () => {
  const { differences } = compare;
  assert.deepEqual(differences({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 }), []);
  assert.deepEqual(differences({ a: 1, b: [1, 2], 'x/~': 1 }, { a: 2, b: [1], c: 1 }), ['/a', '/b/1', '/x~1~0', '/c']);
  assert.deepEqual(differences([], {}), ['/']);
  assert.deepEqual(differences(1, '1'), ['/']);
  assert.deepEqual(differences({ a: null }, {}), ['/a']);
});

test('a cart makes the receipt that a till would send', () => {
  const { emptyCart, setQuantity, addCode, receiptOf } = cart;
  const mine = emptyCart('siri');
  setQuantity(mine, 'cola', 2);
  setQuantity(mine, 'snus', 1);
  setQuantity(mine, 'vaffel', 1);
  setQuantity(mine, 'cola', 0);
  setQuantity(mine, 'vaffel', 5000.7);
  addCode(mine, ' Vaffel10 ');
  addCode(mine, 'VAFFEL10');
  const receipt = receiptOf(mine, new Date('2026-06-01T12:00:00Z'), 'en');
  assert.match(receipt.receipt_id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual({ ...receipt, receipt_id: '' }, {
    receipt_id: '', purchase_at: '2026-06-01T12:00:00.000Z', currency: 'NOK', store: { id: 'kiosk-1' }, customer_id: 'siri', discount_code: ['Vaffel10'],
    items: [
      { line_id: 2, id: 'snus', groups: [{ id: 'tobakk' }], description: 'Snus', quantity: 1, gross_amount: 10900, eligible_for_discount: false },
      { line_id: 3, id: 'vaffel', groups: [{ id: 'bakst' }], description: 'Waffle', quantity: 999, gross_amount: 3896100, eligible_for_discount: true },
    ],
  });
  assert.equal('customer_id' in receiptOf(emptyCart(), new Date(), 'nb'), false);
});
