//! What receipts show: rules that never gave anything, and why.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rabatt_engine::{EvaluateOptions, Facts, Plan, Rule, VerdictResult, Workspace, evaluate};

use super::{Finding, Level};
use crate::arrow::fold;
use crate::arrow::pass::{Failure, in_row};
use crate::arrow::receipts::Receipts;

/// How to look.
pub(super) struct Settings<'s> {
    pub(super) plan: &'s Arc<Plan>,
    /// JSON, read already once without problems.
    pub(super) facts: Option<Arc<str>>,
    /// Broken rows are passed over.
    pub(super) collect: bool,
    /// With verdicts.
    pub(super) options: EvaluateOptions,
}

/// What became of one rule.
#[derive(Debug, Clone, Default)]
struct Fate {
    gave: u64,
    lost: u64,
    lost_to: BTreeMap<Option<u32>, u64>,
    /// How often each reason stood against it.
    reasons: BTreeMap<String, u64>,
}

/// The fates of all rules, by their place in the Plan.
pub(super) struct Tally<'s> {
    settings: &'s Settings<'s>,
    workspace: Workspace,
    receipts: u64,
    fates: Vec<Fate>,
}

impl<'s> Tally<'s> {
    pub(super) fn new(settings: &'s Settings<'s>) -> Self {
        let fates = vec![Fate::default(); settings.plan.rules().len()];
        Self { settings, workspace: Workspace::new(), receipts: 0, fates }
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        self.receipts += other.receipts;
        for (own, more) in self.fates.iter_mut().zip(other.fates) {
            own.gave += more.gave;
            own.lost += more.lost;
            more.lost_to.into_iter().for_each(|(rule, count)| *own.lost_to.entry(rule).or_default() += count);
            more.reasons.into_iter().for_each(|(reason, count)| *own.reasons.entry(reason).or_default() += count);
        }
        self
    }

    /// Says of which rules nothing was ever seen.
    pub(super) fn check(&self, rules: &[Arc<Rule>], findings: &mut [Vec<Finding>]) {
        if self.receipts == 0 {
            return;
        }
        for (fate, findings) in self.fates.iter().zip(findings) {
            // Whoever knows the cause need not hear the effect.
            let known = findings.iter().any(|finding| finding.level == Level::Error || finding.code == "switched_off");
            // A card that collects stamps does what it should; its reward comes with later purchases.
            let collects = fate.reasons.contains_key("stamps_below");
            if fate.gave == 0 && !known && !collects {
                findings.push(if fate.lost > 0 { self.displaced(rules, fate) } else { self.never(fate) });
            }
        }
    }

    fn displaced(&self, rules: &[Arc<Rule>], fate: &Fate) -> Finding {
        let most = most(&fate.lost_to);
        let other = most.and_then(|(rule, _)| *rule).map(|rule| rule as usize);
        let whom = other.and_then(|at| rules.get(at)).map_or_else(String::new, |rule| format!(", most often for `{}`", rule.id));
        let message =
            format!("its requirement was met on {} of {} receipts, and each time it stood back{whom}", fate.lost, self.receipts);
        let finding = Finding::new("always_displaced", Level::Warning, "", message);
        Finding { other, ..finding }
    }

    fn never(&self, fate: &Fate) -> Finding {
        let why = most(&fate.reasons)
            .map_or_else(String::new, |(reason, count)| format!("; most often because of `{reason}`, on {count}"));
        let message = format!("it gave nothing on {} receipts{why}", self.receipts);
        Finding::new("never_applied", Level::Warning, "", message)
    }
}

/// The entry with the highest count, the first of several.
fn most<K: Ord>(counts: &BTreeMap<K, u64>) -> Option<(&K, u64)> {
    counts.iter().rev().max_by_key(|(_, count)| **count).map(|(key, count)| (key, *count))
}

impl fold::Tally for Tally<'_> {
    type Columns = ();

    fn add(&mut self, receipts: &Receipts, (): &(), rows: Range<usize>, _: u64) -> Result<(), Failure> {
        let facts = self.settings.facts.as_deref().and_then(|facts| Facts::from_json(facts).ok());
        let (mut receipt, mut spare) = (Receipts::empty(), Vec::new());
        for row in rows {
            let filled = receipts.fill(row, &mut receipt, &mut spare);
            let outcome = filled.and_then(|()| {
                evaluate(self.settings.plan, &receipt, facts.as_ref(), self.settings.options, &mut self.workspace).map_err(in_row)
            });
            match outcome {
                Ok(outcome) => {
                    self.receipts += 1;
                    let verdicts = outcome.explain.as_deref().unwrap_or_default();
                    for verdict in verdicts {
                        let Some(fate) = self.fates.get_mut(verdict.rule as usize) else { continue };
                        match verdict.result {
                            VerdictResult::Applied | VerdictResult::PartlyApplied => fate.gave += 1,
                            VerdictResult::Lost { to, .. } => {
                                fate.lost += 1;
                                *fate.lost_to.entry(to).or_default() += 1;
                            }
                            VerdictResult::NotApplied => {
                                for reason in &verdict.reasons {
                                    let (code, member) = reason.code.parts();
                                    note(&mut fate.reasons, code, member);
                                }
                            }
                        }
                    }
                }
                Err(_) if self.settings.collect => {}
                Err(problem) => return Err(Failure::Row(row, problem)),
            }
        }
        Ok(())
    }
}

/// Counts a reason; its text is made once.
fn note(reasons: &mut BTreeMap<String, u64>, code: &str, member: &str) {
    if let Some(count) = reasons.get_mut(code).filter(|_| member.is_empty()) {
        *count += 1;
        return;
    }
    *reasons.entry([code, member].concat()).or_default() += 1;
}
