//! Compiled rules and what everybody holds of them, cached per account under the number of changes
//! they have seen.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use rabatt_engine::{Instant, Plan, Ref};

use super::store::refs::{self, StoredRef};
use super::store::rules;
use super::terms::Terms;
use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::store::Store;

/// An account's rules, ready for use.
#[derive(Debug)]
pub struct Rules {
    /// After how many changes.
    changes: i64,
    /// All rules that are not deleted, compiled.
    pub plan: Plan,
    /// Of the rules whose use depends on more than a ref's statistics.
    pub special: HashMap<Box<str>, Terms>,
}

/// Refs that many hold, in the order in which evaluation wants them: rule order, `given_at`, id.
#[derive(Debug, Default)]
pub struct Shared {
    /// The refs, without statistics.
    pub refs: Vec<Ref<'static>>,
    /// Where each stands, by id.
    pub places: HashMap<String, usize>,
}

/// An account's rules and what everybody holds of them.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The rules.
    pub rules: Arc<Rules>,
    gifts: i64,
    /// Refs of `*`: purchases with a customer.
    pub everybody: Arc<Shared>,
    /// Refs of `/`: purchases without one.
    pub passers_by: Arc<Shared>,
}

/// The Plans in use. A change of rules or of what everybody holds raises a counter of the account,
/// so the next request compiles anew, on whichever node it arrives.
#[derive(Debug)]
pub struct Plans {
    known: RwLock<HashMap<String, InForce>>,
    metrics: Metrics,
}

impl Plans {
    /// None yet.
    pub fn new(metrics: Metrics) -> Self {
        Self { known: RwLock::default(), metrics }
    }

    /// The rules of an account that are not deleted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn get(&self, store: &Store, account: &str) -> Result<Arc<Rules>, ApiError> {
        let changes = rules::changes(store.pool(), account).await?;
        match self.known(account) {
            Some(known) if known.rules.changes == changes => Ok(known.rules),
            _ => Ok(self.at(store, account, changes, -1).await?.rules),
        }
    }

    fn known(&self, account: &str) -> Option<InForce> {
        self.known.read().ok()?.get(account).cloned()
    }

    /// What is in force in an account after so many changes of rules and of what everybody holds.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn at(&self, store: &Store, account: &str, changes: i64, gifts: i64) -> Result<InForce, ApiError> {
        let known = self.known(account);
        if let Some(known) = &known
            && (known.rules.changes, known.gifts) == (changes, gifts)
        {
            return Ok(known.clone());
        }
        let rules = match known {
            Some(known) if known.rules.changes == changes => known.rules,
            _ => {
                self.metrics.compiled();
                compile(store, account).await?
            }
        };
        let (gifts, refs) = refs::of_everybody(store, account).await?;
        let (everybody, passers_by) = refs.into_iter().partition(|held: &StoredRef| held.customer_id == "*");
        let shared = |refs| Arc::new(Shared::new(&rules.plan, refs));
        let in_force = InForce { everybody: shared(everybody), passers_by: shared(passers_by), gifts, rules };
        if let Ok(mut plans) = self.known.write()
            // What was slower to come does not take the place of what is newer.
            && plans.get(account).is_none_or(|known| (known.rules.changes, known.gifts) <= (in_force.rules.changes, gifts))
        {
            plans.insert(account.to_owned(), in_force.clone());
            self.metrics.plans_in_memory(plans.len());
        }
        Ok(in_force)
    }
}

async fn compile(store: &Store, account: &str) -> Result<Arc<Rules>, ApiError> {
    let (changes, bodies) = rules::all_rules(store, account).await?;
    // Compiling takes milliseconds with many rules: not on a thread that serves requests.
    let compile = move || {
        let plan = Plan::from_json(&format!("[{}]", bodies.join(",")))
            .map_err(|problems| ApiError::Internal(format!("stored rules do not compile: {problems:?}")))?;
        let special = plan.rules().iter().map(|rule| (Box::from(&*rule.id), Terms::of(rule)));
        let special = special.filter(|(_, terms)| terms.is_special()).collect();
        Ok::<_, ApiError>(Rules { changes, plan, special })
    };
    let rules = tokio::task::spawn_blocking(compile).await.map_err(|error| ApiError::Internal(error.to_string()))??;
    // Before the first answer that names it.
    rules::keep_plan(store, account, rules.plan.hash(), changes).await?;
    Ok(Arc::new(rules))
}

/// Where evaluation wants a ref among others.
fn order<'r>(plan: &Plan, held: &'r Ref<'_>) -> (Option<u32>, Option<Instant>, &'r str) {
    (plan.rule_index(&held.rule_id), held.given_at, &held.id)
}

impl Shared {
    fn new(plan: &Plan, refs: Vec<StoredRef>) -> Self {
        let mut refs: Vec<Ref<'static>> = refs
            .into_iter()
            .filter(|held| plan.rule_index(&held.rule_id).is_some())
            .map(|held| Ref {
                id: held.id.into(),
                rule_id: held.rule_id.into(),
                given_at: Instant::parse(&held.given_at),
                ..Ref::default()
            })
            .collect();
        refs.sort_by(|a, b| order(plan, a).cmp(&order(plan, b)));
        let places = refs.iter().enumerate().map(|(at, held)| (held.id.to_string(), at)).collect();
        Self { refs, places }
    }

    /// These refs and some more, in order.
    pub fn with<'s>(
        &'s self,
        plan: &Plan,
        own: &'s [Ref<'s>],
        statistics: &[(String, rabatt_engine::Statistics)],
    ) -> Vec<Ref<'s>> {
        let borrowed = |held: &'s Ref<'s>| Ref {
            id: (&*held.id).into(),
            rule_id: (&*held.rule_id).into(),
            given_at: held.given_at,
            deleted: held.deleted,
            statistics: held.statistics,
        };
        let mut refs: Vec<Ref<'s>> = Vec::with_capacity(self.refs.len().saturating_add(own.len()));
        refs.extend(self.refs.iter().map(borrowed));
        for (id, statistics) in statistics {
            if let Some(held) = self.places.get(id).and_then(|at| refs.get_mut(*at)) {
                held.statistics = *statistics;
            }
        }
        if !own.is_empty() {
            // Who holds a rule personally does not also use what everybody holds of it (§4.3).
            refs.retain(|held| own.iter().all(|own| own.rule_id != held.rule_id));
            for held in own {
                let key = order(plan, held);
                let at = refs.partition_point(|other| order(plan, other) < key);
                refs.insert(at, borrowed(held));
            }
        }
        refs
    }
}
