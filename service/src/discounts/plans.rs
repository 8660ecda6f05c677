//! Compiled rules and what everybody holds of them, cached per account under the number of changes
//! they have seen.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use rabatt_engine::{HeldRefs, Holding, Instant, Plan, Ref, Statistics};

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

/// Refs that many hold.
#[derive(Debug, Default)]
pub struct Shared {
    /// The refs, without statistics.
    pub refs: HeldRefs<'static>,
    /// Where each stands, by id.
    pub places: HashMap<String, u32>,
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

impl Shared {
    fn new(plan: &Plan, refs: Vec<StoredRef>) -> Self {
        let known = |held: &StoredRef| plan.rule_index(&held.rule_id).is_some();
        let held = refs.into_iter().filter(known).map(|held| Ref {
            id: held.id.into(),
            rule_id: held.rule_id.into(),
            given_at: Instant::parse(&held.given_at),
            ..Ref::default()
        });
        let refs = HeldRefs::of(plan, held);
        let places = (0u32..).zip(refs.refs()).map(|(at, held)| (held.id.to_string(), at)).collect();
        Self { refs, places }
    }

    /// These refs with what a buyer had of them, and the buyer's own.
    pub fn with<'s>(&'s self, plan: &Plan, own: &'s [Ref<'s>], statistics: &[(String, Statistics)]) -> Holding<'s> {
        let mut holding = Holding::new(&self.refs);
        for (id, statistics) in statistics {
            if let Some(at) = self.places.get(id) {
                holding.set_statistics(*at, *statistics);
            }
        }
        for held in own {
            let borrowed = Ref { id: (&*held.id).into(), rule_id: (&*held.rule_id).into(), ..*held };
            holding.add(plan, borrowed);
        }
        holding
    }
}
