//! Secrets of the database's own, sealed among its settings.

use sqlx::Row;

use super::{PREFIX, Sealer};
use crate::error::ApiError;
use crate::store::Store;

impl Sealer {
    /// The secret setting of this name, made when there is none. Of several services that make it at the same time one
    /// wins, and all use what it made. What an older version stored in clear is sealed.
    ///
    /// # Errors
    /// When the database refuses, or `make` fails.
    pub async fn setting(
        &self,
        store: &Store,
        name: &str,
        make: impl AsyncFnOnce() -> Result<String, ApiError>,
    ) -> Result<String, ApiError> {
        let place = format!("settings/{name}");
        let kept = match stored(store, name).await? {
            Some(kept) => kept,
            None => {
                let made = self.seal(&place, make().await?.as_bytes())?;
                let mut unit = store.unit().await?;
                sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                    .bind(name)
                    .bind(made)
                    .execute(unit.db())
                    .await?;
                unit.save().await?;
                stored(store, name).await?.ok_or_else(|| ApiError::Internal(format!("the setting {name} is gone")))?
            }
        };
        if !kept.starts_with(PREFIX) {
            let mut unit = store.unit().await?;
            sqlx::query("UPDATE settings SET value = $2 WHERE name = $1 AND value = $3")
                .bind(name)
                .bind(self.seal(&place, kept.as_bytes())?)
                .bind(&*kept)
                .execute(unit.db())
                .await?;
            unit.save().await?;
        }
        self.open_text(&place, kept)
    }
}

async fn stored(store: &Store, name: &str) -> Result<Option<String>, ApiError> {
    let row = sqlx::query("SELECT value FROM settings WHERE name = $1").bind(name).fetch_optional(store.pool()).await?;
    Ok(row.map(|row| row.get(0)))
}
