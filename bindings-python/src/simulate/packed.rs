//! Outcomes as bytes, until their tables are asked for: a simulation keeps all of them.

use rabatt_engine::{Applied, AppliedLine, LineReward, Outcome, Stage, Statistics, Totals};

/// Appends an outcome; `gift` says which gift a ref is.
pub(crate) fn write(outcome: &Outcome, gift: impl Fn(u32) -> u32, out: &mut Vec<u8>) {
    let Totals { gross, existing_discount, discount, net: _, bonus } = outcome.totals;
    for amount in [gross, existing_discount, discount, bonus, outcome.gap, outcome.applied.len() as i64] {
        number(amount, out);
    }
    for applied in &outcome.applied {
        let lines = outcome.lines.get(applied.lines.clone()).unwrap_or_default();
        let reference = applied.reference.map_or(-1, |at| i64::from(gift(at)));
        let numbers = [
            i64::from(applied.rule),
            reference,
            applied.stage as i64,
            applied.amount,
            applied.bonus,
            applied.stamp,
            applied.usage,
            lines.len() as i64,
        ];
        for value in numbers {
            number(value, out);
        }
        for line in lines {
            for value in [i64::from(line.item), line.amount, line.bonus] {
                number(value, out);
            }
        }
    }
}

/// Reads an outcome that [`write`] wrote; what tables do not show is left empty.
pub(crate) fn read(mut bytes: &[u8], outcome: &mut Outcome) {
    const STAGES: [Stage; 7] =
        [Stage::Deal, Stage::Item, Stage::AnyItem, Stage::Receipt, Stage::Debit, Stage::Bonus, Stage::Stamp];
    let mut next = || take(&mut bytes);
    let (gross, existing_discount, discount, bonus, gap) = (next(), next(), next(), next(), next());
    // The engine has taken one from the other already.
    let net = gross.saturating_sub(existing_discount).saturating_sub(discount);
    outcome.totals = Totals { gross, existing_discount, discount, net, bonus };
    (outcome.gap, outcome.optimal) = (gap, gap == 0);
    outcome.applied.clear();
    outcome.lines.clear();
    outcome.rewards.clear();
    for _ in 0..next() {
        let (rule, reference, stage) = (next() as u32, next(), next());
        let (amount, bonus, stamp, usage, count) = (next(), next(), next(), next(), next());
        let from = outcome.lines.len();
        for _ in 0..count {
            let line = AppliedLine { item: next() as u32, amount: next(), bonus: next() };
            outcome.lines.push(line);
            let AppliedLine { item, amount, bonus } = line;
            outcome.rewards.push(LineReward { item, rule, amount, bonus, percentage: None });
        }
        outcome.applied.push(Applied {
            rule,
            reference: u32::try_from(reference).ok(),
            stage: usize::try_from(stage).ok().and_then(|at| STAGES.get(at)).copied().unwrap_or(Stage::Stamp),
            amount,
            bonus,
            stamp,
            stamp_spent: 0,
            debit: 0,
            usage,
            statistics: Statistics::default(),
            lines: from..outcome.lines.len(),
        });
    }
}

/// Seven bits a byte, the lowest first; the last bit is the sign.
fn number(value: i64, out: &mut Vec<u8>) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

fn take(bytes: &mut &[u8]) -> i64 {
    let (mut value, mut shift) = (0u64, 0);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if *byte < 0x80 || shift > 63 {
            break;
        }
    }
    (value >> 1) as i64 ^ -((value & 1) as i64)
}
