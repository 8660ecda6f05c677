//! Compiled rules and what everybody holds of them, cached per account under the number of changes
//! they have seen.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use rabatt_engine::{HeldRefs, Holding, Instant, Moved, Plan, Problem, Ref, Rule, Statistics};
use tokio::sync::OnceCell;

use super::store::refs::{self, StoredRef};
use super::store::rules;
use super::terms::Terms;
use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::store::Store;

/// After more changes than these all rules are compiled anew.
const MOST_CHANGED: usize = 100;

/// An account's rules, ready for use.
#[derive(Debug)]
pub struct Rules {
    /// After how many changes.
    changes: i64,
    /// All rules that are not deleted, compiled.
    pub plan: Plan,
    /// Of the rules whose use depends on more than a ref's statistics.
    pub special: HashMap<Box<str>, Terms>,
    /// It is written down which rules the Plan is made of.
    kept: OnceCell<()>,
}

impl Rules {
    fn new(changes: i64, plan: Plan, special: HashMap<Box<str>, Terms>) -> Self {
        Self { changes, plan, special, kept: OnceCell::new() }
    }

    /// Writes down which rules the Plan is made of, once. Whoever is about to name the Plan awaits it, so that
    /// `discounts/plans/{hash}` knows what any answer names. Most answers name none, and do not wait for its hash.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn keep(self: &Arc<Self>, store: &Store, account: &str) -> Result<(), ApiError> {
        let keep = || async {
            let rules = Arc::clone(self);
            let hash = apart(move || Ok(rules.plan.hash().to_owned())).await?;
            rules::keep_plan(store, account, &hash, self.changes).await
        };
        self.kept.get_or_try_init(keep).await.copied()
    }
}

/// Refs that many hold.
#[derive(Debug, Default)]
pub struct Shared {
    /// The refs, without statistics.
    pub refs: HeldRefs<'static>,
    /// Where each stands, by id.
    pub places: Arc<HashMap<String, u32>>,
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

/// The Plans in use. A change of rules or of what everybody holds raises a counter of the account, so the next request
/// takes the change into the Plan, on whichever node it arrives.
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
            // Of what everybody holds no change is known.
            known => Ok(self.at(store, account, changes, known.map_or(-1, |known| known.gifts)).await?.rules),
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
        let in_force = match known {
            Some(known) if known.rules.changes == changes => InForce::of(store, account, known.rules).await?,
            Some(known) => match change(store, account, &known.rules).await? {
                Some(changed) if known.gifts == gifts && !changed.may_be_held(store, account).await? => known.after(changed),
                Some(changed) => InForce::of(store, account, changed.rules).await?,
                None => self.anew(store, account).await?,
            },
            None => self.anew(store, account).await?,
        };
        let old = self.keep(account, &in_force);
        // Taking thousands of rules apart takes a while.
        drop(tokio::task::spawn_blocking(move || drop(old)));
        Ok(in_force)
    }

    /// Keeps it for the next request; what was kept before, when nobody else was faster with what is newer.
    fn keep(&self, account: &str, new: &InForce) -> Option<InForce> {
        let mut plans = self.known.write().ok()?;
        let newer = |known: &InForce| (known.rules.changes, known.gifts) > (new.rules.changes, new.gifts);
        if plans.get(account).is_some_and(newer) {
            return None;
        }
        let old = plans.insert(account.to_owned(), new.clone());
        self.metrics.plans_in_memory(plans.len());
        old
    }

    async fn anew(&self, store: &Store, account: &str) -> Result<InForce, ApiError> {
        self.metrics.compiled();
        InForce::of(store, account, compile(store, account).await?).await
    }
}

impl InForce {
    /// These rules, and what everybody holds of them now.
    async fn of(store: &Store, account: &str, rules: Arc<Rules>) -> Result<Self, ApiError> {
        let (gifts, refs) = refs::of_everybody(store, account).await?;
        let (everybody, passers_by) = refs.into_iter().partition(|held: &StoredRef| held.customer_id == "*");
        let shared = |refs| Arc::new(Shared::new(&rules.plan, refs));
        Ok(Self { everybody: shared(everybody), passers_by: shared(passers_by), gifts, rules })
    }

    /// The same after a change of rules alone.
    fn after(self, changed: Changed) -> Self {
        let moved = |shared: &Shared| Arc::new(shared.moved(&changed.moved));
        Self { everybody: moved(&self.everybody), passers_by: moved(&self.passers_by), gifts: self.gifts, rules: changed.rules }
    }
}

async fn compile(store: &Store, account: &str) -> Result<Arc<Rules>, ApiError> {
    let (changes, bodies) = rules::all_rules(store, account).await?;
    let compile = move || {
        let plan = Plan::from_json(&format!("[{}]", bodies.join(","))).map_err(stored_wrong)?;
        let special = plan.rules().iter().filter_map(|rule| special(rule)).collect();
        Ok(Arc::new(Rules::new(changes, plan, special)))
    };
    apart(compile).await
}

/// Rules made from others.
struct Changed {
    rules: Arc<Rules>,
    /// Where the others stand now.
    moved: Moved,
    /// Rules that were not there.
    added: Vec<String>,
}

/// Rules with what has changed of them; `None` when that is too much.
async fn change(store: &Store, account: &str, before: &Arc<Rules>) -> Result<Option<Changed>, ApiError> {
    let Some((changes, changed)) = rules::changed_rules(store, account, before.changes, MOST_CHANGED).await? else {
        return Ok(None);
    };
    let before = Arc::clone(before);
    let change = move || {
        let (gone, put): (Vec<_>, Vec<_>) = changed.into_iter().partition(|rule| rule.deleted);
        let bodies: Vec<&str> = put.iter().map(|rule| &*rule.body).collect();
        let without: Vec<&str> = gone.iter().map(|rule| &*rule.id).collect();
        let (plan, moved) = before.plan.with(&format!("[{}]", bodies.join(",")), &without).map_err(stored_wrong)?;
        let mut all_special = before.special.clone();
        for rule in gone.iter().chain(&put) {
            all_special.remove(&*rule.id);
        }
        let rule = |id: &str| plan.rule_index(id).and_then(|at| plan.rules().get(at as usize));
        all_special.extend(put.iter().filter_map(|put| special(rule(&put.id)?)));
        let added = put.into_iter().map(|rule| rule.id).filter(|id| before.plan.rule_index(id).is_none()).collect();
        Ok(Changed { rules: Arc::new(Rules::new(changes, plan, all_special)), moved, added })
    };
    apart(change).await.map(Some)
}

impl Changed {
    /// Does everybody hold a rule that was not there before? What is known of refs then lacks its.
    async fn may_be_held(&self, store: &Store, account: &str) -> Result<bool, ApiError> {
        let added: Vec<&str> = self.added.iter().map(String::as_str).collect();
        if added.is_empty() { Ok(false) } else { refs::everybody_holds(store.pool(), account, &added).await }
    }
}

/// Does what takes milliseconds with many rules not on a thread that serves requests.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, ApiError> + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::Internal(error.to_string()))?
}

fn stored_wrong(problems: Vec<Problem>) -> ApiError {
    ApiError::Internal(format!("stored rules do not compile: {problems:?}"))
}

/// A rule whose use depends on more than a ref's statistics.
fn special(rule: &Rule) -> Option<(Box<str>, Terms)> {
    let terms = Terms::of(rule);
    terms.is_special().then(|| (Box::from(&*rule.id), terms))
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
        Self { refs, places: Arc::new(places) }
    }

    /// The same under rules made from those it was for.
    fn moved(&self, moved: &Moved) -> Self {
        Self { refs: self.refs.moved(moved), places: Arc::clone(&self.places) }
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
