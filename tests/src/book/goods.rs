//! Goods that go back, and lines that are voided (decision 0014): what they had earned is taken back, once.

use std::collections::BTreeMap;

use super::{Book, Entry, Expected, Name, Receipt, Reward, State, Taken, Wanted};

/// A line of a receipt. What it sells is the thing of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is called.
    pub name: String,
    /// The rule whose thing it is.
    pub thing: usize,
    /// Units.
    pub quantity: i64,
    /// Taken off the receipt.
    pub voided: bool,
    /// It goes back.
    pub returned: bool,
}

/// What a purchase was of, as it was reported first, and what is gone of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Goods {
    pub(super) lines: Vec<Line>,
    /// What refs gave, as it was told.
    pub(super) told: Vec<Wanted>,
    /// Of which line, and by which purchase that brought it back; by none where it was voided.
    gone: BTreeMap<(String, Option<usize>), i64>,
}

/// What goes of which purchase.
#[derive(Debug, Clone, Default)]
pub(super) struct Back {
    /// Of which entry, what.
    entries: Vec<(usize, Taken)>,
    gone: Vec<(usize, (String, Option<usize>), i64)>,
    /// Of which entry, what is taken again because goods did not go back after all.
    again: Vec<(usize, Taken)>,
    less: Vec<(usize, (String, Option<usize>), i64)>,
}

/// Of so many rewards, as many as it takes to give what is left.
fn rewards_left(rewards: i64, gave: i64, gives: i64) -> i64 {
    if gave == 0 { rewards } else { (rewards * gives + gave - 1) / gave }
}

impl Back {
    pub(super) fn and(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self.gone.extend(other.gone);
        self.again.extend(other.again);
        self.less.extend(other.less);
        self
    }
}

impl Goods {
    pub(super) fn of(receipt: &Receipt) -> Self {
        Self { lines: receipt.lines.clone(), told: receipt.used.clone().unwrap_or_default(), gone: BTreeMap::new() }
    }

    fn gone(&self, line: &str) -> i64 {
        self.gone.iter().filter(|((name, _), _)| name == line).map(|(_, quantity)| quantity).sum()
    }

    pub(super) fn units_gone(&self) -> i64 {
        self.gone.values().sum()
    }

    fn left(&self, line: &Line) -> i64 {
        if line.voided || line.returned { 0 } else { (line.quantity - self.gone(&line.name)).max(0) }
    }

    fn voided_later(&self, line: &str) -> bool {
        self.gone.contains_key(&(line.to_owned(), None))
    }

    fn all_gone(&self) -> bool {
        !self.lines.is_empty() && self.lines.iter().all(|line| self.left(line) == 0)
    }

    fn whole(&self) -> Self {
        Self { gone: BTreeMap::new(), ..self.clone() }
    }

    /// Discount and bonus that are left of what a ref gave: of each line the share of its units.
    fn gives(&self, one: &Wanted) -> (i64, i64) {
        let (mut amount, mut bonus) = (one.amount, one.bonus);
        for (name, of_amount, of_bonus) in &one.lines {
            for line in self.lines.iter().filter(|line| line.name == *name) {
                let gone = line.quantity - self.left(line);
                amount -= of_amount * gone / line.quantity;
                bonus -= of_bonus * gone / line.quantity;
            }
        }
        if self.all_gone() { (0, 0) } else { (amount.max(0), bonus.max(0)) }
    }

    /// Stamps that are left: a unit earns one, and none that is rewarded.
    fn stamps(&self, told: i64, thing: usize, rewards: i64) -> i64 {
        let units: i64 = self.lines.iter().filter(|line| line.thing == thing).map(|line| self.left(line)).sum();
        if self.all_gone() { 0 } else { told.min((units - rewards).max(0)) }
    }
}

impl Book {
    fn needed(&self, gift: usize) -> Option<i64> {
        match self.rules[self.gifts[gift].rule].reward {
            Reward::Stamps(needed) => Some(needed),
            _ => None,
        }
    }

    /// What a receipt used, without what lines that are voided or go back were told to get.
    pub(super) fn as_it_comes(&self, receipt: &Receipt) -> Vec<Wanted> {
        let goods = Goods::of(receipt);
        let told = goods.told.clone();
        if receipt.lines.iter().all(|line| !line.voided && !line.returned) {
            return told;
        }
        let left = |one: Wanted| {
            let gave = one.amount + one.bonus;
            let (amount, bonus) = goods.gives(&one);
            let usage = one.usage.unwrap_or(i64::from(gave > 0));
            if (usage, gave, one.stamp) == (0, 0, 0) {
                return Some(one);
            }
            let usage = if (gave > 0 && amount + bonus == 0) || goods.all_gone() { 0 } else { usage };
            let needed = self.needed(one.gift);
            let told = one.spent.zip(needed).map(|(spent, needed)| spent / needed);
            let rewards = match told {
                Some(told) if usage > 0 => rewards_left(told, gave, amount + bonus),
                _ => i64::from(usage > 0),
            };
            let stamp = goods.stamps(one.stamp, self.gifts[one.gift].rule, rewards);
            let spent = one.spent.filter(|_| usage > 0).zip(needed).map(|(_, needed)| rewards * needed);
            let some = (usage, amount, bonus, stamp) != (0, 0, 0, 0);
            some.then_some(Wanted { usage: Some(usage), amount, bonus, stamp, spent, ..one })
        };
        told.into_iter().filter_map(left).collect()
    }

    /// Purchases that goods may come from: of the same order, then the customer's newest.
    fn origins(&self, receipt: &Receipt, buyer: Option<&str>) -> Vec<usize> {
        let bought = |purchase: &usize| {
            let its = &self.purchases[*purchase];
            its.same_as.is_none() && its.goods.is_some()
        };
        let mut all: Vec<usize> = (0..self.purchases.len()).filter(bought).collect();
        all.sort_by_key(|purchase| std::cmp::Reverse(self.bought(*purchase).1));
        let orders: Vec<Name> =
            [&receipt.transaction_id, &receipt.order_number].into_iter().flatten().map(|name| Name::Said(name.clone())).collect();
        let of_order = |purchase: &usize| {
            let its = self.bought(*purchase).0;
            orders.iter().any(|order| self.purchases[*purchase].names.contains(order))
                && (its.is_none() || buyer.is_none() || its == buyer)
        };
        let of_customer = |purchase: &usize| {
            let (its, at) = self.bought(*purchase);
            buyer.is_some() && its == buyer && at <= receipt.at
        };
        let mut origins: Vec<usize> = all.iter().copied().filter(of_order).collect();
        origins.extend(all.iter().copied().filter(of_customer));
        origins
    }

    /// Who bought, and when, as it is stored; else as events told it.
    fn bought(&self, purchase: usize) -> (Option<&str>, i64) {
        let its = &self.purchases[purchase];
        match &its.stored {
            Some((customer, at)) => (customer.as_deref(), *at),
            None => (its.customer.as_deref(), its.at),
        }
    }

    /// What the return lines of a receipt take back that they have not taken back before.
    pub(super) fn returned(&self, purchase: usize, receipt: &Receipt, buyer: Option<&str>) -> Back {
        let mut back = Back::default();
        let mut wanted: BTreeMap<usize, i64> = BTreeMap::new();
        let voided = |line: &Line| self.purchases[purchase].goods.as_ref().is_some_and(|own| own.voided_later(&line.name));
        for line in receipt.lines.iter().filter(|line| line.returned && !line.voided && !voided(line)) {
            *wanted.entry(line.thing).or_default() += line.quantity;
        }
        for its in self.purchases.iter().filter_map(|its| its.goods.as_ref()) {
            for line in &its.lines {
                if let (Some(wanted), Some(gone)) =
                    (wanted.get_mut(&line.thing), its.gone.get(&(line.name.clone(), Some(purchase))))
                {
                    *wanted -= gone;
                }
            }
        }
        let mut seen = vec![purchase];
        for origin in self.origins(receipt, buyer) {
            let Some(goods) = &self.purchases[origin].goods else { continue };
            if seen.contains(&origin) {
                continue;
            }
            seen.push(origin);
            let mut more = BTreeMap::new();
            for line in &goods.lines {
                let takes = wanted.get(&line.thing).copied().unwrap_or(0).min(goods.left(line)).max(0);
                if takes > 0 {
                    *wanted.entry(line.thing).or_default() -= takes;
                    more.insert((line.name.clone(), Some(purchase)), takes);
                }
            }
            if !more.is_empty() {
                self.without(&mut back, origin, more, false);
            }
        }
        back
    }

    /// What a purchase loses by lines that are voided by now, or as a whole.
    pub(super) fn voided(&self, purchase: usize, lines: &[Line], whole: bool) -> Back {
        let mut back = Back::default();
        let goods = self.purchases[purchase].goods.clone().unwrap_or_default();
        let off = |line: &Line| whole || lines.iter().any(|told| told.voided && told.name == line.name);
        let newly: Vec<&Line> =
            goods.lines.iter().filter(|line| !line.voided && off(line) && !goods.voided_later(&line.name)).collect();
        let (brought, bought): (Vec<&Line>, Vec<&Line>) = newly.into_iter().partition(|line| line.returned);
        let gone = |line: &Line| ((line.name.clone(), None), line.quantity);
        if whole || !bought.is_empty() {
            self.without(&mut back, purchase, bought.into_iter().map(gone).collect(), whole);
        }
        if whole || !brought.is_empty() {
            let brings = goods.lines.iter().filter(|line| line.returned && !line.voided);
            let brings: Vec<&Line> = brings.filter(|line| !off(line) && !goods.voided_later(&line.name)).collect();
            self.undone(&mut back, purchase, &brings);
        }
        back.gone.extend(brought.into_iter().map(gone).map(|(line, quantity)| (purchase, line, quantity)));
        back
    }

    /// Of all that a purchase brought back it brings only this.
    fn undone(&self, back: &mut Back, purchase: usize, brings: &[&Line]) {
        let mut stays: BTreeMap<usize, i64> = BTreeMap::new();
        for line in brings {
            *stays.entry(line.thing).or_default() += line.quantity;
        }
        for (origin, its) in self.purchases.iter().enumerate() {
            let Some(goods) = &its.goods else { continue };
            let mut after = goods.clone();
            for line in &goods.lines {
                let taken = (line.name.clone(), Some(purchase));
                let Some(quantity) = goods.gone.get(&taken) else { continue };
                let stay = stays.entry(line.thing).or_default();
                let kept = (*quantity).min(*stay);
                *stay -= kept;
                if *quantity > kept {
                    after.gone.insert(taken.clone(), kept);
                    back.less.push((origin, taken, quantity - kept));
                }
            }
            for (at, entry) in self.entries.iter().enumerate().filter(|(_, entry)| entry.purchase == origin) {
                let first = self.first(entry);
                let lost = match goods.told.iter().find(|one| one.gift == entry.gift) {
                    _ if after.all_gone() => first,
                    Some(one) => self.lost(&first, one, &after),
                    None => Taken::default(),
                };
                if after.gone != goods.gone {
                    back.again.push((at, entry.back.beyond(&lost)));
                }
            }
        }
    }

    /// Takes again what was given back: of uses and a balance what is left. Where nothing is, it came too late.
    pub(super) fn take_again(&mut self, again: Vec<(usize, Taken)>) {
        for (at, more) in again.into_iter().filter(|(_, more)| *more != Taken::default()) {
            let Entry { gift, customer, taken: counted, .. } = self.entries[at].clone();
            let before = self.statistics(gift, &customer);
            let mut taken = more;
            if let (Some(most), true) = (self.rules[self.gifts[gift].rule].repeat, taken.usage > 0) {
                taken.usage = taken.usage.min((most - before.usage).max(0));
            }
            let late = taken.usage < more.usage && taken.usage == 0;
            taken.debit = taken.debit.min(before.balance.unwrap_or(0));
            taken.spent = taken.spent.min(before.current + taken.stamp).max(0);
            let entry = &mut self.entries[at];
            match &mut entry.told {
                Some(told) => {
                    told.usage = Some(told.usage.unwrap_or(i64::from(told.amount + told.bonus > 0)) + more.usage);
                    told.amount += more.amount;
                    told.bonus += more.bonus;
                    told.stamp += more.stamp;
                    entry.back = more.beyond_of(&entry.back);
                }
                None if !late => {
                    entry.taken = counted.plus(&taken);
                    entry.back = taken.beyond_of(&entry.back);
                }
                None if counted == Taken::default() => {
                    let (usage, spent) = (Some(more.usage), Some(more.spent));
                    let Taken { amount, bonus, stamp, .. } = more;
                    entry.told = Some(Wanted { gift, usage, amount, bonus, stamp, spent, lines: Vec::new() });
                    entry.state = State::Refused;
                    entry.back = more.beyond_of(&entry.back);
                }
                None => {}
            }
        }
    }

    /// A till tells of a purchase once more.
    pub(super) fn void(&mut self, strong: &[Name], receipt: &Receipt) -> Expected {
        for purchase in self.find(strong) {
            if self.purchases[purchase].receipt {
                let back = self.voided(purchase, &receipt.lines, receipt.voided);
                let again = self.take_back(back, &[]);
                self.take_again(again);
            }
        }
        self.count_late();
        Expected::Done
    }

    /// What an entry was before anything of it went back; what came too late, as it was told.
    fn first(&self, entry: &Entry) -> Taken {
        let Some(told) = &entry.told else { return entry.taken.plus(&entry.back) };
        let usage = told.usage.unwrap_or(i64::from(told.amount + told.bonus > 0));
        let needed = told.spent.or(self.needed(entry.gift)).filter(|_| usage > 0);
        let is_debit = matches!(self.rules[self.gifts[entry.gift].rule].reward, Reward::Debit(_));
        let debit = if is_debit { told.amount } else { 0 };
        let left = Taken { usage, amount: told.amount, bonus: told.bonus, stamp: told.stamp, spent: needed.unwrap_or(0), debit };
        // The card that it would have taken goes with the last of it.
        Taken { spent: left.spent.max(entry.back.spent), ..left.plus(&entry.back) }
    }

    fn without(&self, back: &mut Back, purchase: usize, more: BTreeMap<(String, Option<usize>), i64>, whole: bool) {
        let before = self.purchases[purchase].goods.clone().unwrap_or_default();
        let mut after = before.clone();
        for (line, quantity) in more {
            *after.gone.entry(line.clone()).or_default() += quantity;
            back.gone.push((purchase, line, quantity));
        }
        for (at, entry) in self.entries.iter().enumerate().filter(|(_, entry)| entry.purchase == purchase) {
            let first = self.first(entry);
            let all = match before.told.iter().find(|one| one.gift == entry.gift) {
                _ if whole || after.all_gone() => first,
                Some(one) => self.lost(&first, one, &after),
                None => continue,
            };
            back.entries.push((at, all.beyond(&entry.back)));
        }
    }

    /// What an entry has lost when this is what is left of the goods.
    fn lost(&self, first: &Taken, one: &Wanted, goods: &Goods) -> Taken {
        let thing = self.gifts[one.gift].rule;
        let ((was, was_bonus), (amount, bonus)) = (goods.whole().gives(one), goods.gives(one));
        let rewards = self.needed(one.gift).map_or(0, |needed| first.spent / needed).max(i64::from(first.usage > 0));
        let rewards_now = rewards_left(rewards, was + was_bonus, amount + bonus);
        let part = |all: i64, was: i64, is: i64| if was == 0 { 0 } else { all * (was - is) / was };
        let usage = one.usage.unwrap_or(i64::from(one.amount + one.bonus > 0));
        let over = usage > 0 && one.amount + one.bonus > 0 && amount + bonus == 0 && was + was_bonus > 0;
        let stamps = goods.whole().stamps(one.stamp, thing, rewards) - goods.stamps(one.stamp, thing, rewards_now);
        Taken {
            usage: if over { first.usage } else { 0 },
            amount: part(first.amount, was, amount),
            bonus: part(first.bonus, was_bonus, bonus),
            stamp: stamps.clamp(0, first.stamp),
            spent: match self.needed(one.gift) {
                _ if over => first.spent,
                Some(needed) => ((rewards - rewards_now) * needed).min(first.spent),
                None => 0,
            },
            debit: part(first.debit, was, amount),
        }
    }

    /// Takes it back; of stamps those that are not spent, at places where `earned` more come in.
    /// What is to be taken again, the caller takes.
    pub(super) fn take_back(&mut self, back: Back, earned: &[(usize, String, i64)]) -> Vec<(usize, Taken)> {
        for (purchase, line, quantity) in back.less {
            if let Some(goods) = &mut self.purchases[purchase].goods {
                *goods.gone.entry(line.clone()).or_default() -= quantity;
                goods.gone.retain(|_, quantity| *quantity > 0);
            }
        }
        for (purchase, line, quantity) in back.gone {
            if let Some(goods) = &mut self.purchases[purchase].goods {
                *goods.gone.entry(line).or_default() += quantity;
            }
        }
        let mut stamps = Vec::new();
        for (at, taken) in back.entries {
            let entry = &mut self.entries[at];
            let counts = entry.state == State::Used;
            let wanted = if counts { taken.stamp } else { 0 };
            let now = Taken { stamp: taken.stamp - wanted, ..taken };
            entry.back = entry.back.plus(&now);
            match &mut entry.told {
                // It counts for nothing, and waits with what is left.
                Some(told) => {
                    told.usage = Some(told.usage.unwrap_or(i64::from(told.amount + told.bonus > 0)) - now.usage);
                    told.amount -= now.amount;
                    told.bonus -= now.bonus;
                    told.stamp -= now.stamp;
                }
                None => entry.taken = now.beyond_of(&entry.taken),
            }
            stamps.push((at, wanted));
        }
        for (at, wanted) in stamps {
            let Entry { gift, customer, .. } = self.entries[at].clone();
            let more: i64 =
                earned.iter().filter(|(other, whose, _)| *other == gift && *whose == customer).map(|(.., more)| more).sum();
            let stamp = wanted.min((self.statistics(gift, &customer).current + more).max(0));
            let entry = &mut self.entries[at];
            entry.taken.stamp -= stamp;
            entry.back.stamp += stamp;
        }
        back.again
    }
}

impl Taken {
    fn plus(&self, other: &Self) -> Self {
        Self {
            usage: self.usage + other.usage,
            amount: self.amount + other.amount,
            bonus: self.bonus + other.bonus,
            stamp: self.stamp + other.stamp,
            spent: self.spent + other.spent,
            debit: self.debit + other.debit,
        }
    }

    /// What goes beyond another one.
    fn beyond(&self, other: &Self) -> Self {
        Self {
            usage: (self.usage - other.usage).max(0),
            amount: (self.amount - other.amount).max(0),
            bonus: (self.bonus - other.bonus).max(0),
            stamp: (self.stamp - other.stamp).max(0),
            spent: (self.spent - other.spent).max(0),
            debit: (self.debit - other.debit).max(0),
        }
    }

    /// What is left of another one without this.
    fn beyond_of(&self, other: &Self) -> Self {
        other.beyond(self)
    }
}
