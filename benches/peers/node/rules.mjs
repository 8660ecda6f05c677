// The workload's rules as people would read them for an engine of their own, and what they give: amounts are computed here for every
// engine that only decides which rules apply. In step with `benches/src/scan.rs`.

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WEEK = 7 * 1_440;
const minutes = (time) => 60 * Number(time.slice(0, 2)) + Number(time.slice(3, 5));

/** Rules as this workload has them, in rule order. */
export function simple(rules) {
  const order = (rule) => `${rule.created_at} ${rule.id}`;
  return rules.map((rule) => {
    const [entry = {}] = rule.requirement.item?.items ?? [];
    return {
      id: rule.id,
      order: order(rule),
      item: entry.id,
      group: entry.group_id,
      quantity: Math.max(rule.requirement.item?.quantity ?? 1, 1),
      least: rule.requirement.gross_amount ?? 0,
      stores: rule.requirement.store?.id ?? [],
      hours: (rule.limitation?.discount_hours?.hours ?? []).map(({ day, start, end }) =>
        [1_440 * DAYS.indexOf(day) + minutes(start), (minutes(end) - minutes(start) + 1_440) % 1_440]),
      type: rule.reward.type,
      value: rule.reward.value,
    };
  }).sort((a, b) => (a.order < b.order ? -1 : 1));
}

/** The minute of the week, from Monday, in the time that the receipt is written in. */
export function minuteOfWeek(at) {
  const days = Date.UTC(Number(at.slice(0, 4)), Number(at.slice(5, 7)) - 1, Number(at.slice(8, 10))) / 86_400_000;
  return ((days + 3) % 7) * 1_440 + minutes(at.slice(11, 16));
}

export const within = (minute, periods) => periods.some(([start, length]) => (minute + WEEK - start) % WEEK < length);

const linesOf = (rule, receipt) => receipt.items.filter((line) => line.eligible_for_discount
  && (rule.item === undefined || line.id === rule.item)
  && (rule.group === undefined || line.groups.some(({ id }) => id === rule.group)));

/** Does a rule apply? */
export function meets(rule, receipt, minute, gross) {
  if (rule.least > gross) return false;
  if (rule.stores.length > 0 && !rule.stores.includes(receipt.store.id)) return false;
  if (rule.hours.length > 0 && !within(minute, rule.hours)) return false;
  let units = 0;
  for (const line of receipt.items) {
    if (line.eligible_for_discount && (rule.item === undefined || line.id === rule.item)
      && (rule.group === undefined || line.groups.some(({ id }) => id === rule.group))) units += line.quantity;
  }
  return units >= rule.quantity;
}

export const grossOf = (receipt) => receipt.items.reduce((sum, line) => sum + line.gross_amount, 0);

const percent = (value, amount) => Math.floor((value * amount + 50) / 100);

/** The discount of the rules that apply, in rule order; null where deals want the same line, which takes a search. */
export function discount(met, receipt) {
  const left = new Map(receipt.items.map((line) => [line, line.gross_amount]));
  const dealt = new Set();
  const take = (line, amount) => left.set(line, left.get(line) - amount);
  const claim = (line) => { if (dealt.has(line)) return false; dealt.add(line); return true; };
  for (const rule of met) {
    if (rule.type === 'discount_item_new_price') {
      for (const line of linesOf(rule, receipt)) {
        const gain = line.quantity * (line.unit_gross_price - rule.value);
        if (gain <= 0) continue;
        if (!claim(line)) return null;
        take(line, gain);
      }
    } else if (rule.type === 'discount_item_quantity') {
      const lines = linesOf(rule, receipt);
      const units = lines.flatMap((line) => Array.from({ length: line.quantity }, () => line));
      if (units.length < rule.quantity) continue;
      for (const line of lines) if (!claim(line)) return null;
      units.sort((a, b) => b.unit_gross_price - a.unit_gross_price);
      for (let group = rule.quantity; group <= units.length; group += rule.quantity) {
        for (const line of units.slice(group - rule.value, group)) take(line, line.unit_gross_price);
      }
    }
  }
  const onReceipt = (rule) => rule.item === undefined && rule.group === undefined;
  for (const rule of met) {
    if (onReceipt(rule) || !['discount_percent', 'discount_amount'].includes(rule.type)) continue;
    for (const line of linesOf(rule, receipt)) {
      const amount = rule.type === 'discount_percent'
        ? percent(rule.value, line.gross_amount) : Math.min(rule.value * line.quantity, line.gross_amount);
      take(line, Math.min(amount, left.get(line)));
    }
  }
  const gross = grossOf(receipt);
  let whole = [...left.values()].reduce((sum, amount) => sum + amount, 0);
  for (const rule of met) if (onReceipt(rule)) whole -= Math.min(percent(rule.value, gross), whole);
  return gross - whole;
}
