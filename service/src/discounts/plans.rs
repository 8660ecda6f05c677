//! Compiled rules, cached per account under the number of changes its rules have seen.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use rabatt_engine::Plan;
use sqlx::SqlitePool;

use super::store;
use crate::error::ApiError;

/// The Plans in use. A change of rules raises the account's counter, so the next request
/// compiles anew, on whichever node it arrives.
#[derive(Debug, Default)]
pub struct Plans(RwLock<HashMap<String, (i64, Arc<Plan>)>>);

impl Plans {
    /// The Plan of all rules of an account that are not deleted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn get(&self, pool: &SqlitePool, account: &str) -> Result<Arc<Plan>, ApiError> {
        let changes = store::changes(pool, account).await?;
        if let Ok(plans) = self.0.read()
            && let Some((at, plan)) = plans.get(account)
            && *at == changes
        {
            return Ok(Arc::clone(plan));
        }
        let (changes, rules) = store::all_rules(pool, account).await?;
        // Compiling takes milliseconds with many rules: not on a thread that serves requests.
        let plan = tokio::task::spawn_blocking(move || Plan::from_json(&format!("[{}]", rules.join(","))))
            .await
            .map_err(|error| ApiError::Internal(error.to_string()))?
            .map_err(|problems| ApiError::Internal(format!("stored rules do not compile: {problems:?}")))?;
        let plan = Arc::new(plan);
        if let Ok(mut plans) = self.0.write() {
            plans.insert(account.to_owned(), (changes, Arc::clone(&plan)));
        }
        Ok(plan)
    }
}
