//! An account book in memory: who holds which rule, what purchases took of it, and what is left.
//!
//! Written from the contract and the semantics (§4, §13–§15), not from the service, and without care
//! for speed: nothing is kept that can be summed up again. The service is followed by it step by step.

mod goods;
mod record;
mod till;

use std::collections::{BTreeMap, BTreeSet};

pub use goods::Line;
pub use record::{Hand, Receipt, Wanted};
pub use till::{Answer, PRICE};

/// What a rule gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reward {
    /// So much off per unit.
    Amount(i64),
    /// So much bonus per unit.
    Bonus(i64),
    /// A balance.
    Debit(i64),
    /// One unit free for so many stamps.
    Stamps(i64),
}

/// A rule, as far as it matters here; it is about one thing only, of which a unit costs [`PRICE`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it gives.
    pub reward: Reward,
    /// `discount_repeat_usage`.
    pub repeat: Option<i64>,
    /// `discount_reward_usage`.
    pub rewards: Option<i64>,
    /// `dynamic_purchase_to_days`.
    pub days: Option<i64>,
    /// `stamp_expire_days`.
    pub expire: Option<i64>,
    /// `budget_usage`.
    pub budget_usage: Option<i64>,
    /// `budget_amount`.
    pub budget_amount: Option<i64>,
    /// Deleted by now?
    pub deleted: bool,
}

impl Rule {
    /// The balance that a ref starts with.
    pub fn start(&self) -> Option<i64> {
        match self.reward {
            Reward::Debit(value) => Some(value),
            _ => None,
        }
    }
}

/// A ref: a rule that somebody holds.
#[derive(Debug, Clone)]
pub struct Gift {
    /// Its id.
    pub id: String,
    /// Which of the rules.
    pub rule: usize,
    /// A customer, `*` or `/`.
    pub holder: String,
    /// When, in microseconds.
    pub given_at: i64,
    /// Taken away by now?
    pub deleted: bool,
}

/// What a purchase took of a ref.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Purchases in which it gave something.
    pub usage: i64,
    /// Discount.
    pub amount: i64,
    /// Bonus.
    pub bonus: i64,
    /// Stamps earned.
    pub stamp: i64,
    /// Stamps that rewards took.
    pub spent: i64,
    /// Taken from a balance.
    pub debit: i64,
}

/// What a customer has had of a ref, and has left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Purchases.
    pub usage: i64,
    /// Discount.
    pub amount: i64,
    /// Bonus.
    pub bonus: i64,
    /// Stamps ever.
    pub stamp: i64,
    /// Stamps held, lapsed ones too.
    pub current: i64,
    /// What is left of a balance.
    pub balance: Option<i64>,
}

/// Does it count, and how firmly?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Claimed; may be given back.
    Held,
    /// Used.
    Used,
    /// It came too late: it stands there and counts for nothing.
    Refused,
}

/// One purchase at one place: a ref, and the customer it is counted for.
#[derive(Debug, Clone)]
struct Entry {
    purchase: usize,
    gift: usize,
    customer: String,
    state: State,
    /// What counts; the rest of it went back.
    taken: Taken,
    back: Taken,
    at: i64,
    /// What was reported first stands first, also when its numbers came later.
    order: usize,
    /// What a receipt said that came too late.
    told: Option<Wanted>,
}

/// Whose word for a purchase.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    /// A receipt's own id.
    Id(String),
    /// The number of a store's receipt.
    Number(String, String),
    /// What a receipt calls itself in any way.
    Said(String),
    /// A claim's `ref`.
    Claim(String),
    /// `ref_type` and `ref` of usage by hand.
    Hand(String, String),
}

/// A purchase, by whatever roads it was reported.
#[derive(Debug, Clone, Default)]
struct Purchase {
    customer: Option<String>,
    /// Has its receipt come?
    receipt: bool,
    names: BTreeSet<Name>,
    /// When its receipt says that it was.
    at: i64,
    /// Its lines, as they were reported first.
    goods: Option<goods::Goods>,
    /// Who bought and when, as it is stored.
    stored: Option<(Option<String>, i64)>,
    /// It turned out to be this other one.
    same_as: Option<usize>,
}

#[derive(Debug, Clone)]
struct Claim {
    reference: Option<String>,
    purchase: usize,
    released: bool,
}

/// What should be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// It is done.
    Done,
    /// It is refused with one of these codes, and nothing has changed.
    Refused(BTreeSet<&'static str>),
}

impl Expected {
    fn unless(codes: BTreeSet<&'static str>) -> Self {
        if codes.is_empty() { Expected::Done } else { Expected::Refused(codes) }
    }
}

/// The book.
#[derive(Debug, Clone, Default)]
pub struct Book {
    /// The rules, in order of their making.
    pub rules: Vec<Rule>,
    /// Every ref ever given.
    pub gifts: Vec<Gift>,
    entries: Vec<Entry>,
    purchases: Vec<Purchase>,
    claims: Vec<Claim>,
    deliveries: BTreeSet<String>,
    /// Store and number of what is stored.
    stored: BTreeSet<(String, String)>,
    reports: usize,
}

impl Book {
    /// Somebody gets a rule.
    pub fn give(&mut self, rule: usize, id: &str, holder: &str, given_at: i64) {
        self.gifts.push(Gift { id: id.to_owned(), rule, holder: holder.to_owned(), given_at, deleted: false });
    }

    /// A customer loses a rule; with `*` everybody does.
    pub fn take_away(&mut self, rule: usize, customer: &str) {
        for gift in self.gifts.iter_mut().filter(|gift| gift.rule == rule && (customer == "*" || gift.holder == customer)) {
            gift.deleted = true;
        }
    }

    /// One ref is deleted.
    pub fn delete_gift(&mut self, gift: usize) -> Expected {
        if self.gifts[gift].deleted {
            return Expected::Refused(["ref_deleted"].into());
        }
        self.gifts[gift].deleted = true;
        Expected::Done
    }

    /// A rule is deleted.
    pub fn delete_rule(&mut self, rule: usize) -> Expected {
        if self.rules[rule].deleted {
            return Expected::Refused(["rule_deleted"].into());
        }
        self.rules[rule].deleted = true;
        Expected::Done
    }

    /// How much went back of all purchases: units, and uses.
    pub fn went_back(&self) -> (i64, i64) {
        let units = self.purchases.iter().filter_map(|purchase| purchase.goods.as_ref()).map(goods::Goods::units_gone).sum();
        (units, self.entries.iter().map(|entry| entry.back.usage).sum())
    }

    /// How many claims were made.
    pub fn claims(&self) -> usize {
        self.claims.len()
    }

    /// Places of a rule where anything was ever reported: ref, customer, and statistics at an instant, in seconds.
    pub fn places(&self, rule: usize, at: i64) -> BTreeMap<(String, String), Statistics> {
        let of_rule = self.entries.iter().filter(|entry| self.gifts[entry.gift].rule == rule);
        of_rule
            .map(|entry| {
                let place = (self.gifts[entry.gift].id.clone(), entry.customer.clone());
                let current = self.stamps_at(entry.gift, &entry.customer, at);
                (place, Statistics { current, ..self.statistics(entry.gift, &entry.customer) })
            })
            .collect()
    }

    /// What a customer has had of a ref: the sum of what counts.
    pub fn statistics(&self, gift: usize, customer: &str) -> Statistics {
        let mut sum = Statistics { balance: self.rules[self.gifts[gift].rule].start(), ..Statistics::default() };
        for Entry { taken, .. } in self.counting(gift, customer) {
            sum.usage += taken.usage;
            sum.amount += taken.amount;
            sum.bonus += taken.bonus;
            sum.stamp += taken.stamp;
            sum.current += taken.stamp - taken.spent;
            sum.balance = sum.balance.map(|balance| balance - taken.debit);
        }
        sum
    }

    /// Usage of a rule over all its refs and customers, and amount with bonus.
    fn totals(&self, rule: usize) -> (i64, i64) {
        let counts = self.entries.iter().filter(|entry| self.gifts[entry.gift].rule == rule && entry.state != State::Refused);
        counts.fold((0, 0), |(usage, amount), Entry { taken, .. }| (usage + taken.usage, amount + taken.amount + taken.bonus))
    }

    fn counting<'a>(&'a self, gift: usize, customer: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.gift == gift && entry.customer == customer && entry.state != State::Refused)
    }

    /// Stamps held at an instant, lapsed ones left out: in order of the purchases, a reward takes the oldest.
    fn stamps_at(&self, gift: usize, customer: &str, at: i64) -> i64 {
        let Some(days) = self.rules[self.gifts[gift].rule].expire else { return self.statistics(gift, customer).current };
        let mut entries: Vec<&Entry> =
            self.counting(gift, customer).filter(|entry| (entry.taken.stamp, entry.taken.spent) != (0, 0)).collect();
        entries.sort_by_key(|entry| (entry.at, entry.order));
        let lapses = |earned_at: i64, at: i64| earned_at + days * 86_400 < at;
        let mut held: Vec<i64> = Vec::new();
        for entry in entries {
            held.retain(|earned_at| !lapses(*earned_at, entry.at));
            held.extend((0..entry.taken.stamp).map(|_| entry.at));
            held.drain(..usize::try_from(entry.taken.spent).unwrap_or(0).min(held.len()));
        }
        held.retain(|earned_at| !lapses(*earned_at, at));
        i64::try_from(held.len()).unwrap_or(i64::MAX)
    }
}
