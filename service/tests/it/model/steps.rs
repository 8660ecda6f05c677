//! Random sequences: what shops and tills do, in a small world where names, refs and limits meet often.

use rabatt_tests::book::{Reward, Rule};
use rabatt_tests::generate::Random;

/// What stays the same through a sequence.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) rules: Vec<Rule>,
    /// What receipts are called: own id?, store, number, transaction, order.
    pub(crate) receipts: Vec<Called>,
}

/// What one receipt is called; numbers into one small pool of names.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    pub(crate) has_id: bool,
    pub(crate) store: usize,
    pub(crate) receipt_id: usize,
    pub(crate) transaction_id: Option<usize>,
    pub(crate) order_number: Option<usize>,
}

/// A ref in a request; the number is taken modulo the refs there are.
#[derive(Debug, Clone)]
pub(crate) struct Pick {
    pub(crate) gift: usize,
    pub(crate) usage: Option<i64>,
    pub(crate) amount: i64,
    pub(crate) bonus: i64,
    pub(crate) stamp: i64,
}

/// One step. Numbers of things are taken modulo how many there are by then, so that a sequence stays
/// one when steps are left out.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Give {
        rule: usize,
        holders: Vec<&'static str>,
    },
    TakeAway {
        rule: usize,
        customer: &'static str,
    },
    DeleteGift {
        gift: usize,
    },
    DeleteRule {
        rule: usize,
    },
    Claim {
        name: Option<usize>,
        customer: &'static str,
        picks: Vec<Pick>,
    },
    Release {
        claim: usize,
    },
    Receipt {
        called: usize,
        again: Option<usize>,
        customer: Option<&'static str>,
        picks: Option<Vec<Pick>>,
        lines: Vec<Off>,
        road: Road,
    },
    /// Goods go back; with a till that tries again by the other road at the same time.
    Return {
        called: usize,
        customer: Option<&'static str>,
        lines: Vec<(usize, i64)>,
        road: Road,
        race: bool,
    },
    /// Of what was reported by now, these lines are voided, or all of it; perhaps while the purchase itself, or a
    /// return of its goods, is told again.
    Void {
        report: usize,
        lines: [bool; 8],
        whole: bool,
        road: Road,
        race: Option<usize>,
    },
    Hand {
        kind: &'static str,
        name: usize,
        customer: &'static str,
        pick: Pick,
    },
    /// A till asks; then it claims under the receipt's number, reports, or leaves it for later.
    Ask {
        customer: Option<&'static str>,
        quantities: [i64; 8],
        called: usize,
        claim: bool,
        report: Report,
        /// Lines that are taken off after it has asked.
        off: [bool; 8],
        road: Road,
    },
    /// What was left for later is reported now.
    ReportLeft,
    Wait {
        hours: i64,
    },
}

/// A line of a receipt that no till has asked for: the thing of a rule, units, voided.
pub(crate) type Off = (usize, i64, bool);

/// How a receipt comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Road {
    Event,
    Store,
}

impl Road {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Event => Self::Store,
            Self::Store => Self::Event,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    Now,
    Later,
    Never,
}

pub(crate) const NAMES: usize = 4;
const CUSTOMERS: [&str; 2] = ["kari", "ola"];

/// The sequence of a seed.
pub(crate) fn sequence(seed: u64) -> (World, Vec<Step>) {
    let mut random = Random::new(seed.wrapping_mul(0x9e37_79b9).wrapping_add(7));
    let rules: Vec<Rule> = (0..2 + random.below(4)).map(|_| rule(&mut random)).collect();
    let receipts = (0..6).map(|_| called(&mut random)).collect();
    let world = World { rules, receipts };
    let mut steps: Vec<Step> = (0..world.rules.len()).map(|rule| Step::Give { rule, holders: holders(&mut random) }).collect();
    for _ in 0..12 + random.below(20) {
        steps.push(step(&world, &mut random));
    }
    (world, steps)
}

fn rule(random: &mut Random) -> Rule {
    let reward = match random.below(6) {
        0 | 1 => Reward::Amount(100 * (1 + random.below(4) as i64)),
        2 => Reward::Bonus(50),
        3 => Reward::Debit(200 + random.below(300) as i64),
        _ => Reward::Stamps(1 + random.below(4) as i64),
    };
    let some = |random: &mut Random, chance: usize, value: i64| random.percent(chance).then_some(value);
    let stamps = matches!(reward, Reward::Stamps(_));
    let most = 1 + random.below(3) as i64;
    Rule {
        reward,
        repeat: some(random, 45, most),
        rewards: if stamps { None } else { some(random, 20, 1) },
        days: some(random, 20, 2 + most),
        expire: if stamps { some(random, 50, 2 + most) } else { None },
        budget_usage: some(random, 15, 2 + most),
        budget_amount: some(random, 15, 350),
        deleted: false,
    }
}

fn called(random: &mut Random) -> Called {
    let name = |random: &mut Random| random.percent(40).then(|| random.below(NAMES));
    Called {
        has_id: random.percent(50),
        store: random.below(2),
        receipt_id: random.below(NAMES),
        transaction_id: name(random),
        order_number: name(random),
    }
}

fn holders(random: &mut Random) -> Vec<&'static str> {
    match random.below(8) {
        0 | 1 => vec!["*"],
        2 => vec!["/"],
        3 => vec!["kari", "kari"],
        4 => vec!["kari", "ola"],
        5 => vec!["*", "/", "ola"],
        _ => vec!["kari"],
    }
}

fn pick(random: &mut Random) -> Pick {
    Pick {
        gift: random.below(1000),
        usage: match random.below(10) {
            0 => Some(0),
            1 => Some(2),
            2 => None,
            _ => Some(1),
        },
        amount: [0, 50, 100, 100, 200, 300][random.below(6)],
        bonus: if random.percent(15) { 25 } else { 0 },
        stamp: if random.percent(20) { 1 + random.below(3) as i64 } else { 0 },
    }
}

fn picks(random: &mut Random) -> Vec<Pick> {
    (0..1 + random.below(3)).map(|_| pick(random)).collect()
}

fn customer(random: &mut Random) -> &'static str {
    if random.percent(15) {
        "/"
    } else if random.percent(70) {
        CUSTOMERS[0]
    } else {
        CUSTOMERS[1]
    }
}

fn road(random: &mut Random) -> Road {
    if random.percent(50) { Road::Event } else { Road::Store }
}

fn step(world: &World, random: &mut Random) -> Step {
    let rule = random.below(world.rules.len());
    let known = |customer: &'static str| (customer != "/").then_some(customer);
    match random.below(118) {
        0..6 => Step::Give { rule, holders: holders(random) },
        6..9 => Step::TakeAway { rule, customer: if random.percent(40) { "*" } else { customer(random) } },
        9..11 => Step::DeleteGift { gift: random.below(1000) },
        11..13 => Step::DeleteRule { rule },
        13..33 => {
            let name = random.percent(90).then(|| random.below(NAMES));
            Step::Claim { name, customer: customer(random), picks: picks(random) }
        }
        33..43 => Step::Release { claim: random.below(1000) },
        43..61 => Step::Receipt {
            called: random.below(world.receipts.len()),
            again: random.percent(15).then(|| random.below(1000)),
            customer: known(customer(random)),
            picks: random.percent(80).then(|| if random.percent(15) { Vec::new() } else { picks(random) }),
            lines: (0..random.below(3))
                .map(|_| (random.below(world.rules.len()), 1 + random.below(3) as i64, random.percent(10)))
                .collect(),
            road: road(random),
        },
        61..70 => Step::Hand {
            kind: if random.percent(60) { "receipt_add" } else { "goodwill" },
            name: random.below(NAMES),
            customer: customer(random),
            pick: pick(random),
        },
        70..90 => Step::Ask {
            customer: known(customer(random)),
            quantities: [(); 8].map(|()| [0, 1, 1, 2, 3][random.below(5)]),
            called: random.below(world.receipts.len()),
            claim: random.percent(35),
            report: [Report::Now, Report::Now, Report::Later, Report::Never][random.below(4)],
            off: [(); 8].map(|()| random.percent(4)),
            road: road(random),
        },
        90..94 => Step::ReportLeft,
        100..112 => Step::Return {
            called: random.below(world.receipts.len()),
            customer: known(customer(random)),
            lines: (0..1 + random.below(2)).map(|_| (random.below(world.rules.len()), 1 + random.below(3) as i64)).collect(),
            road: road(random),
            race: random.percent(30),
        },
        112..118 => Step::Void {
            report: random.below(1000),
            lines: [(); 8].map(|()| random.percent(40)),
            whole: random.percent(40),
            road: road(random),
            race: random.percent(30).then(|| random.below(1000)),
        },
        _ => Step::Wait { hours: 12 * (1 + random.below(8) as i64) },
    }
}
