//! What purchases use: claims, receipts, usage by hand. A purchase takes of a ref once, whatever the
//! roads it is reported by and in whatever order.

use std::collections::BTreeSet;

use super::goods::{Goods, Line};
use super::{Book, Claim, Entry, Expected, Name, Purchase, Reward, State, Taken};

/// A ref that somebody wants to use, or says was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which.
    pub gift: usize,
    /// In how many purchases; when absent, 1 where it gave anything.
    pub usage: Option<i64>,
    /// Discount.
    pub amount: i64,
    /// Bonus.
    pub bonus: i64,
    /// Stamps earned.
    pub stamp: i64,
    /// Stamps that rewards took, when the till's answer is known.
    pub spent: Option<i64>,
    /// On which lines how much discount and bonus, when that is told.
    pub lines: Vec<(String, i64, i64)>,
}

/// A finished purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its own id.
    pub id: Option<String>,
    /// The store.
    pub store: String,
    /// The till's number.
    pub receipt_id: String,
    /// Of the payment.
    pub transaction_id: Option<String>,
    /// Of the order.
    pub order_number: Option<String>,
    /// Who bought.
    pub customer: Option<String>,
    /// When, in seconds.
    pub at: i64,
    /// What was used; `None` when the receipt does not say.
    pub used: Option<Vec<Wanted>>,
    /// What was bought, and what goes back.
    pub lines: Vec<Line>,
    /// The whole of it is voided.
    pub voided: bool,
}

/// Usage by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    /// `ref_type`.
    pub kind: String,
    /// `ref`.
    pub reference: String,
    /// Whose statistics.
    pub customer: String,
    /// When, in seconds.
    pub at: i64,
    /// What.
    pub used: Wanted,
}

/// Both known: the same one. Otherwise it may be.
fn may_be(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || one == other
}

impl Book {
    /// A claim; `/` claims for a purchase without a customer.
    pub fn claim(&mut self, reference: Option<&str>, customer: &str, at: i64, wanted: &[Wanted]) -> Expected {
        let mut codes = BTreeSet::new();
        for one in wanted {
            let gift = &self.gifts[one.gift];
            if gift.holder != customer && (gift.holder != "*" || customer == "/") {
                codes.insert("ref_unknown");
            } else if gift.deleted || self.rules[gift.rule].deleted {
                codes.insert("ref_deleted");
            }
            let of_rule = wanted.iter().filter(|other| self.gifts[other.gift].rule == gift.rule);
            let rewards: i64 = of_rule.filter_map(|other| other.usage).sum();
            if self.rules[gift.rule].rewards.is_some_and(|most| rewards > most) {
                codes.insert("reward_usage_exceeded");
            }
        }
        if !codes.is_empty() {
            return Expected::Refused(codes);
        }
        if self.claims.iter().any(|claim| !claim.released && claim.reference.is_some() && claim.reference.as_deref() == reference)
        {
            return Expected::Refused(["claim_exists"].into());
        }
        let buyer = Some(customer).filter(|customer| *customer != "/");
        // Its receipt may have come before it, or somebody wrote it down by hand.
        let known = reference.map(|name| self.find(&[Name::Said(name.into()), Name::Hand("receipt_add".into(), name.into())]));
        let mut known = known.unwrap_or_default();
        known.retain(|purchase| may_be(self.purchases[*purchase].customer.as_deref(), buyer));
        let receipt = known.iter().any(|purchase| self.purchases[*purchase].receipt);

        let before = self.clone();
        let purchase = known.first().copied().unwrap_or_else(|| self.new_purchase(buyer));
        self.purchases[purchase].names.extend(reference.map(|name| Name::Claim(name.into())));
        for one in wanted {
            let counted = |entry: &Entry| known.contains(&entry.purchase) && entry.gift == one.gift && entry.customer == customer;
            if receipt || self.entries.iter().any(counted) {
                continue;
            }
            let taken = self.asked(one, customer);
            let entry = Entry {
                purchase,
                gift: one.gift,
                customer: customer.to_owned(),
                state: State::Held,
                taken,
                back: Taken::default(),
                at,
                order: self.next(),
                told: None,
            };
            codes.extend(self.strictly(self.totals(self.gifts[one.gift].rule), entry));
        }
        if !codes.is_empty() {
            *self = before;
            return Expected::Refused(codes);
        }
        self.claims.push(Claim { reference: reference.map(str::to_owned), purchase, released: false });
        Expected::Done
    }

    /// A claim is given back.
    pub fn release(&mut self, claim: usize) -> Expected {
        let Claim { purchase, released, .. } = self.claims[claim];
        if released {
            return Expected::Refused(["claim_deleted"].into());
        }
        let purchase = self.root(purchase);
        self.claims[claim].released = true;
        self.entries.retain(|entry| entry.purchase != purchase || entry.state != State::Held);
        self.count_late();
        Expected::Done
    }

    /// Usage by hand.
    pub fn hand(&mut self, hand: &Hand) -> Expected {
        let Hand { kind, reference, customer, at, used } = hand;
        let gift = &self.gifts[used.gift];
        if gift.deleted || self.rules[gift.rule].deleted {
            return Expected::Refused(["ref_deleted"].into());
        }
        let own = Name::Hand(kind.clone(), reference.clone());
        let mut names = vec![own.clone()];
        if kind == "receipt_add" {
            names.extend([Name::Said(reference.clone()), Name::Claim(reference.clone())]);
        }
        let buyer = Some(&**customer).filter(|customer| *customer != "/");
        let mut known = self.find(&names);
        known.retain(|purchase| may_be(self.purchases[*purchase].customer.as_deref(), buyer));
        let here = |entry: &Entry| known.contains(&entry.purchase) && entry.gift == used.gift && entry.customer == *customer;
        let earlier = self.entries.iter().position(here);
        if earlier.is_some_and(|at| self.entries[at].state != State::Held) {
            return Expected::Done;
        }
        let before = self.clone();
        let (purchase, order) = match earlier.map(|at| self.entries.remove(at)) {
            // What was held is what is used now.
            Some(held) => (held.purchase, held.order),
            None => (known.first().copied().unwrap_or_else(|| self.new_purchase(buyer)), self.next()),
        };
        self.purchases[purchase].names.insert(own);
        let taken = self.asked(used, customer);
        let totals = before.totals(before.gifts[used.gift].rule);
        let entry = Entry {
            purchase,
            gift: used.gift,
            customer: customer.clone(),
            state: State::Used,
            taken,
            back: Taken::default(),
            at: *at,
            order,
            told: None,
        };
        let codes = self.strictly(totals, entry);
        if codes.is_empty() {
            self.count_late();
        } else {
            *self = before;
        }
        Expected::unless(codes)
    }

    /// A receipt, as an event of this delivery.
    pub fn receipt(&mut self, delivery: &str, receipt: &Receipt) -> Expected {
        if !self.deliveries.insert(delivery.to_owned()) {
            return Expected::Done;
        }
        let mut strong = vec![Name::Number(receipt.store.clone(), receipt.receipt_id.clone())];
        strong.extend(receipt.id.clone().map(Name::Id));
        if receipt.voided {
            return self.void(&strong, receipt);
        }
        self.finished(strong, receipt, false)
    }

    /// A receipt that is stored: once, whatever is said when its store sends it again, but for what is voided by then.
    pub fn store(&mut self, receipt: &Receipt) -> Expected {
        let strong = vec![Name::Number(receipt.store.clone(), receipt.receipt_id.clone())];
        if !self.stored.insert((receipt.store.clone(), receipt.receipt_id.clone())) || receipt.voided {
            return self.void(&strong, receipt);
        }
        self.finished(strong, receipt, true)
    }

    fn finished(&mut self, strong: Vec<Name>, receipt: &Receipt, stored: bool) -> Expected {
        let goods = Goods::of(receipt);
        let exchange = receipt.lines.iter().any(|line| line.voided || line.returned);
        let receipt = &Receipt { used: receipt.used.as_ref().map(|_| self.as_it_comes(receipt)), ..receipt.clone() };
        let said =
            [receipt.id.as_ref(), Some(&receipt.receipt_id), receipt.transaction_id.as_ref(), receipt.order_number.as_ref()];
        let said: Vec<String> = said.into_iter().flatten().cloned().collect();
        let told = receipt.used.is_some();
        let mut buyer = receipt.customer.clone();
        let mut known = self.find(&strong);
        let recorded = known.iter().any(|purchase| self.purchases[*purchase].receipt);
        if let Some(recorded) = known.iter().find(|purchase| self.purchases[**purchase].receipt) {
            // Who bought is told once.
            buyer = self.purchases[*recorded].customer.clone().or(buyer);
        }
        let mut others = Vec::new();
        for name in &said {
            others.extend([Name::Claim(name.clone()), Name::Hand("receipt_add".into(), name.clone())]);
        }
        for other in self.find(&others) {
            let purchase = &self.purchases[other];
            let fits = match (&purchase.customer, &buyer) {
                (Some(its), Some(buyer)) => its == buyer,
                _ => receipt.used.iter().flatten().any(|one| self.shares(other, one.gift, buyer.as_deref())),
            };
            if fits && !purchase.receipt && !known.contains(&other) {
                buyer = buyer.or(purchase.customer.clone());
                known.push(other);
            }
        }
        let used: Vec<(String, &Wanted)> =
            receipt.used.iter().flatten().map(|one| (self.counted_for(one.gift, buyer.as_deref()), one)).collect();
        let purchase = known.first().copied().unwrap_or_else(|| self.new_purchase(buyer.as_deref()));
        self.unite(purchase, &known);
        let its = &mut self.purchases[purchase];
        its.receipt = true;
        its.customer = its.customer.take().or(buyer.clone());
        if !recorded {
            its.at = receipt.at;
        }
        if stored {
            its.stored = Some((receipt.customer.clone(), receipt.at));
        }
        if let Some((who, _)) = &mut its.stored {
            *who = who.take().or(buyer.clone());
        }
        // What was reported first stands.
        if its.goods.is_none() && (stored || (!recorded && !goods.lines.is_empty())) {
            its.goods = Some(goods);
        }
        its.names.extend(strong);
        its.names.extend(said.into_iter().map(Name::Said));

        let held: Vec<Entry> =
            self.entries.iter().filter(|entry| entry.purchase == purchase && entry.state == State::Held).cloned().collect();
        if told {
            // What was held and not used is given back; what was held and used is counted by the receipt's numbers.
            self.entries.retain(|entry| entry.purchase != purchase || entry.state != State::Held);
        } else {
            for entry in self.entries.iter_mut().filter(|entry| entry.purchase == purchase && entry.state == State::Held) {
                entry.state = State::Used;
            }
        }
        let mut used = used;
        // Once a purchase, also where it was not known before who bought.
        used.retain(|(customer, one)| {
            let here = |entry: &Entry| {
                entry.purchase == purchase && entry.gift == one.gift && (entry.customer == *customer || entry.customer == "*")
            };
            !self.entries.iter().any(here)
        });
        let mut back = self.returned(purchase, receipt, buyer.as_deref());
        if recorded {
            back = back.and(self.voided(purchase, &receipt.lines, false));
        }
        let mut after = self.clone();
        after.take_back(back.clone(), &[]);
        // Stamps of this purchase can be taken back too, where it is known how many they are.
        let earned = used.iter().filter(|(_, one)| one.spent.is_none() || !exchange);
        let earned = earned.filter(|(customer, one)| after.left(one, customer).1 == State::Used);
        let earned: Vec<(usize, String, i64)> = earned.map(|(customer, one)| (one.gift, customer.clone(), one.stamp)).collect();
        let again = self.take_back(back, &earned);
        for (customer, one) in used {
            // It happened: what is left is taken, and where nothing is left it counts for nothing.
            let (mut taken, state) = self.left(one, &customer);
            if let Some(spent) = one.spent {
                taken.spent = spent.min(self.statistics(one.gift, &customer).current + taken.stamp).max(0);
            }
            let claimed = held.iter().find(|entry| entry.gift == one.gift && entry.customer == customer);
            let order = claimed.map_or_else(|| self.next(), |entry| entry.order);
            let told = Some(Wanted { spent: None, ..one.clone() }).filter(|_| state == State::Refused);
            let back = Taken::default();
            self.entries.push(Entry { purchase, gift: one.gift, customer, state, taken, back, at: receipt.at, order, told });
        }
        self.take_again(again);
        self.count_late();
        Expected::Done
    }

    /// What a finished purchase takes of what is left; refused when that is nothing.
    fn left(&self, one: &Wanted, customer: &str) -> (Taken, State) {
        let mut taken = self.asked(one, customer);
        let before = self.statistics(one.gift, customer);
        let mut state = State::Used;
        if let (Some(most), true) = (self.rules[self.gifts[one.gift].rule].repeat, taken.usage > 0) {
            taken.usage = taken.usage.min((most - before.usage).max(0));
            if taken.usage == 0 {
                state = State::Refused;
            }
        }
        taken.debit = taken.debit.min(before.balance.unwrap_or(0));
        (taken, state)
    }

    /// What came too late takes what was given back, the earliest report first.
    pub(super) fn count_late(&mut self) {
        let mut late: Vec<usize> = (0..self.entries.len()).filter(|at| self.entries[*at].told.is_some()).collect();
        late.sort_by_key(|at| self.entries[*at].order);
        for at in late {
            let Entry { told, customer, .. } = self.entries[at].clone();
            let Some(told) = told else { continue };
            if let (mut taken, State::Used) = self.left(&told, &customer) {
                if let Some(spent) = told.spent.filter(|_| taken.usage > 0) {
                    taken.spent = spent.min(self.statistics(told.gift, &customer).current + taken.stamp).max(0);
                }
                let entry = &mut self.entries[at];
                (entry.taken, entry.state, entry.told) = (taken, State::Used, None);
            }
        }
    }

    fn next(&mut self) -> usize {
        self.reports += 1;
        self.reports
    }

    /// For whom a receipt's use of a ref counts: the holder, and of what everybody holds the buyer, if known.
    fn counted_for(&self, gift: usize, buyer: Option<&str>) -> String {
        match &*self.gifts[gift].holder {
            "*" => buyer.unwrap_or("*").to_owned(),
            holder => holder.to_owned(),
        }
    }

    /// Did this purchase take of this ref, for whom a receipt counts it, or for anybody when it cannot say?
    fn shares(&self, purchase: usize, gift: usize, buyer: Option<&str>) -> bool {
        let customer = self.counted_for(gift, buyer);
        let mut its = self.entries.iter().filter(|entry| entry.purchase == purchase && entry.gift == gift);
        its.any(|entry| entry.customer == customer || customer == "*")
    }

    /// What this takes, limits aside.
    fn asked(&self, one: &Wanted, customer: &str) -> Taken {
        let rule = &self.rules[self.gifts[one.gift].rule];
        let usage = one.usage.unwrap_or(i64::from(one.amount > 0 || one.bonus > 0));
        let spent = match rule.reward {
            // A use takes the stamps of a reward, as far as there are any.
            Reward::Stamps(needed) if usage > 0 => needed.min(self.statistics(one.gift, customer).current + one.stamp).max(0),
            _ => 0,
        };
        let debit = if matches!(rule.reward, Reward::Debit(_)) { one.amount } else { 0 };
        Taken { usage, amount: one.amount, bonus: one.bonus, stamp: one.stamp, spent, debit }
    }

    /// Takes it; the codes of the limits that forbid it. The caller undoes. `before` are the rule's totals.
    fn strictly(&mut self, before: (i64, i64), entry: Entry) -> BTreeSet<&'static str> {
        let taken = entry.taken;
        let after = {
            self.entries.push(entry.clone());
            self.statistics(entry.gift, &entry.customer)
        };
        let rule = &self.rules[self.gifts[entry.gift].rule];
        let totals = self.totals(self.gifts[entry.gift].rule);
        let mut codes = BTreeSet::new();
        if taken.usage > 0 && rule.repeat.is_some_and(|most| after.usage > most) {
            codes.insert("usage_exhausted");
        }
        if after.balance.is_some_and(|balance| balance < 0) {
            codes.insert("balance_exceeded");
        }
        let over_usage = totals.0 > before.0 && rule.budget_usage.is_some_and(|most| totals.0 > most);
        let over_amount = totals.1 > before.1 && rule.budget_amount.is_some_and(|most| totals.1 > most);
        if over_usage || over_amount {
            codes.insert("budget_exhausted");
        }
        codes
    }

    fn new_purchase(&mut self, customer: Option<&str>) -> usize {
        self.purchases.push(Purchase { customer: customer.map(str::to_owned), ..Purchase::default() });
        self.purchases.len() - 1
    }

    /// Purchases of any of these names, oldest first.
    pub(super) fn find(&self, names: &[Name]) -> Vec<usize> {
        let mut found: Vec<usize> = (0..self.purchases.len())
            .filter(|at| {
                self.purchases[*at].same_as.is_none() && names.iter().any(|name| self.purchases[*at].names.contains(name))
            })
            .collect();
        found.sort_unstable();
        found
    }

    fn root(&self, mut purchase: usize) -> usize {
        while let Some(other) = self.purchases[purchase].same_as {
            purchase = other;
        }
        purchase
    }

    /// These turned out to be one purchase. Of two that hold or used the same ref the earlier counts.
    fn unite(&mut self, purchase: usize, others: &[usize]) {
        for other in others.iter().copied().filter(|other| *other != purchase) {
            self.purchases[other].same_as = Some(purchase);
            let names = std::mem::take(&mut self.purchases[other].names);
            self.purchases[purchase].names.extend(names);
            let customer = self.purchases[other].customer.take();
            let its = &mut self.purchases[purchase].customer;
            *its = its.take().or(customer);
        }
        let mut seen: BTreeSet<(usize, String)> = BTreeSet::new();
        let mut entries = std::mem::take(&mut self.entries);
        // What is used stands before what is only held.
        for firm in [true, false] {
            entries.retain_mut(|entry| {
                if self.root(entry.purchase) != purchase || (entry.state != State::Held) != firm {
                    return true;
                }
                entry.purchase = purchase;
                seen.insert((entry.gift, entry.customer.clone()))
            });
        }
        self.entries = entries;
    }
}
