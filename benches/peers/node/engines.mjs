// Every engine as one thing: made from rules, and a function from a receipt's text to a text. `check` says what of its answer is compared.
import { createRequire } from 'node:module';
import { discount, grossOf, meets, minuteOfWeek, simple, within } from './rules.mjs';

const require = createRequire(import.meta.url);

/** What nothing in JavaScript is faster than. */
export const floor = {
  name: 'floor: JSON.parse and JSON.stringify', door: 'text', check: 'nothing',
  make: async () => (text) => JSON.stringify(JSON.parse(text)),
};

/** A loop over all rules. */
export const loop = {
  name: 'a loop in JavaScript', door: 'text', check: 'totals',
  async make({ rules }) {
    const all = simple(rules);
    return (text) => {
      const receipt = JSON.parse(text);
      const [minute, gross] = [minuteOfWeek(receipt.purchase_at), grossOf(receipt)];
      const met = all.filter((rule) => meets(rule, receipt, minute, gross));
      return JSON.stringify({ met: met.map(({ id }) => id), discount: discount(met, receipt) });
    };
  },
};

/** Conditions, what decides most first: the engine stops at the first that fails. Amounts are computed by the host. */
export const jsonRulesEngine = {
  name: 'json-rules-engine', door: 'text', check: 'totals',
  async make({ rules }) {
    const { Engine } = await import('json-rules-engine');
    const engine = new Engine();
    const all = simple(rules);
    const orders = new Map(all.map((rule, at) => [rule, at]));
    engine.addOperator('has', (have, wanted) => have.includes(wanted));
    engine.addOperator('within', within);
    for (const rule of all) {
      const conditions = [];
      if (rule.item !== undefined) conditions.push({ fact: 'items', operator: 'has', value: rule.item, priority: 3 });
      if (rule.group !== undefined) conditions.push({ fact: rule.quantity === 3 ? 'threes' : 'groups', operator: 'has', value: rule.group, priority: 3 });
      if (rule.least > 0) conditions.push({ fact: 'gross', operator: 'greaterThanInclusive', value: rule.least, priority: 3 });
      if (rule.stores.length > 0) conditions.push({ fact: 'store', operator: 'in', value: rule.stores });
      if (rule.hours.length > 0) conditions.push({ fact: 'minute', operator: 'within', value: rule.hours });
      engine.addRule({ conditions: { all: conditions }, event: { type: 'applies', params: { rule } } });
    }
    return async (text) => {
      const receipt = JSON.parse(text);
      const facts = factsOf(receipt);
      const { events } = await engine.run(facts);
      const met = events.map(({ params }) => params.rule).sort((a, b) => orders.get(a) - orders.get(b));
      return JSON.stringify({ met: met.map(({ id }) => id), discount: discount(met, receipt) });
    };
  },
};

function factsOf(receipt) {
  const units = new Map();
  for (const line of receipt.items) for (const { id } of line.groups) units.set(id, (units.get(id) ?? 0) + line.quantity);
  return {
    items: receipt.items.map(({ id }) => id), groups: [...units.keys()],
    threes: [...units].filter(([, count]) => count >= 3).map(([id]) => id),
    gross: grossOf(receipt), store: receipt.store.id, minute: minuteOfWeek(receipt.purchase_at),
  };
}

/**
 * Medusa's promotions: the body of its `computeActions` behind the queries, with every promotion in memory and sorted before. Its amounts
 * are its own (promotions compound), a new price is an amount off, and whether the hours fit is said by the host.
 */
export const medusa = {
  name: 'Medusa promotion', door: 'text', check: 'rules',
  async make({ rules }) {
    const actions = require('@medusajs/promotion/dist/utils/compute-actions');
    const { areRulesValidForContext } = require('@medusajs/promotion/dist/utils/validations');
    const { transformPropertiesToBigNumber } = require('@medusajs/framework/utils');
    const all = simple(rules);
    const hours = all.find((rule) => rule.hours.length > 0)?.hours ?? [];
    const promotions = all.map(promotionOf).sort(actions.sortByBuyGetType);
    return (text) => {
      const context = contextOf(JSON.parse(text), hours);
      const [applied, bought, targets, computed] = [new Map(), new Map(), new Map(), []];
      for (const promotion of promotions) {
        if (!areRulesValidForContext(promotion.rules, context, 'order')) continue;
        const method = promotion.application_method;
        computed.push(...(promotion.type === 'buyget'
          ? actions.getComputedActionsForBuyGet(promotion, context.items, applied, bought, targets)
          : actions.getComputedActionsForItems(promotion, context.items, applied, method.target_type === 'order' ? 'across' : undefined)));
      }
      transformPropertiesToBigNumber(computed, { include: ['amount'] });
      return JSON.stringify({ met: [...new Set(computed.map(({ code }) => code))], actions: computed });
    };
  },
};

function promotionOf(rule) {
  const one = (attribute, operator, values) => ({ attribute, operator, values: values.map((value) => ({ value: String(value) })) });
  const target = [];
  if (rule.item !== undefined) target.push(one('items.product.id', 'in', [rule.item]));
  if (rule.group !== undefined) target.push(one('items.product.categories.id', 'in', [rule.group]));
  const rules = [];
  if (rule.least > 0) rules.push(one('item_total', 'gte', [rule.least]));
  if (rule.stores.length > 0) rules.push(one('store.id', 'in', rule.stores));
  if (rule.hours.length > 0) rules.push(one('in_hours', 'eq', [true]));
  const percent = rule.type === 'discount_percent';
  const method = rule.type === 'discount_item_quantity'
    ? { type: 'percentage', target_type: 'items', allocation: 'each', value: 100, max_quantity: 1_000, apply_to_quantity: rule.value,
      buy_rules_min_quantity: rule.quantity - rule.value, buy_rules: target, target_rules: target }
    : { type: percent ? 'percentage' : 'fixed', target_type: target.length > 0 ? 'items' : 'order',
      allocation: target.length > 0 ? 'each' : 'across', value: percent ? rule.value : 100, max_quantity: 1_000, target_rules: target };
  return { code: rule.id, type: rule.type === 'discount_item_quantity' ? 'buyget' : 'standard', is_automatic: true, rules, application_method: method };
}

function contextOf(receipt, hours) {
  const items = receipt.items.map((line) => ({
    id: String(line.line_id), product: { id: line.id, categories: line.groups.map(({ id }) => ({ id })) }, is_discountable: line.eligible_for_discount,
    quantity: line.quantity, unit_price: line.unit_gross_price, subtotal: line.gross_amount, original_total: line.gross_amount,
  }));
  return { items, store: receipt.store, item_total: grossOf(receipt), in_hours: within(minuteOfWeek(receipt.purchase_at), hours) };
}

/** zen-engine at its kindest: see `benches/README.md`. Its inputs have been prepared, and it computes no amounts. */
export const zen = {
  name: 'zen-engine (npm)', door: 'text', check: 'rules', prepared: true,
  async make({ zen: model }) {
    const { ZenDecisionContent, ZenEngine } = require('@gorules/zen-engine');
    const decision = new ZenEngine().createDecision(new ZenDecisionContent(Buffer.from(model)));
    return async (text) => JSON.stringify((await decision.evaluate(JSON.parse(text))).result);
  },
};

/** Rabatt as WebAssembly, as its package has it. */
export const rabatt = (load) => ({
  name: 'Rabatt (WebAssembly)', door: 'text', check: 'rabatt',
  async make({ text }) {
    const { Engine, init } = await import(load);
    await init();
    const engine = Engine.load(text);
    return (receipt) => engine.evaluateText(receipt);
  },
});
