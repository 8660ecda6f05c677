//! Compiled rules, cached per account under the number of changes its rules have seen.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use rabatt_engine::Plan;

use super::store::rules;
use super::terms::Terms;
use crate::error::ApiError;
use crate::store::Store;

/// An account's rules, ready for use.
#[derive(Debug)]
pub struct Rules {
    /// After how many changes.
    pub changes: i64,
    /// All rules that are not deleted, compiled.
    pub plan: Plan,
    /// Of the rules whose use depends on more than a ref's statistics.
    pub special: HashMap<Box<str>, Terms>,
}

/// The Plans in use. A change of rules raises the account's counter, so the next request
/// compiles anew, on whichever node it arrives.
#[derive(Debug, Default)]
pub struct Plans(RwLock<HashMap<String, Arc<Rules>>>);

impl Plans {
    /// The rules of an account that are not deleted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn get(&self, store: &Store, account: &str) -> Result<Arc<Rules>, ApiError> {
        let changes = rules::changes(store.pool(), account).await?;
        self.at(store, account, changes).await
    }

    /// The rules of an account after so many changes, or more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn at(&self, store: &Store, account: &str, changes: i64) -> Result<Arc<Rules>, ApiError> {
        if let Ok(plans) = self.0.read()
            && let Some(rules) = plans.get(account)
            && rules.changes == changes
        {
            return Ok(Arc::clone(rules));
        }
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
        let rules = Arc::new(rules);
        if let Ok(mut plans) = self.0.write()
            // A slower compilation of older rules does not take the place of newer ones.
            && plans.get(account).is_none_or(|known| known.changes <= changes)
        {
            plans.insert(account.to_owned(), Arc::clone(&rules));
        }
        Ok(rules)
    }
}
