//! A statement put together from parts, for lists with optional filters.

use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{AnyExecutor, Arguments, AssertSqlSafe, Encode, Type};

use crate::error::ApiError;

/// SQL text and what its placeholders `$1`, `$2`, … stand for.
#[derive(Default)]
pub struct Statement {
    text: String,
    values: AnyArguments,
}

impl Statement {
    /// Begins with this text, whose placeholders are bound next, in order.
    pub fn new(text: &'static str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// Adds text.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Binds the next placeholder of the text so far.
    ///
    /// # Errors
    /// When the value cannot be sent.
    pub fn bind<'a, T: Encode<'a, sqlx::Any> + Type<sqlx::Any>>(&mut self, value: T) -> Result<&mut Self, ApiError> {
        self.values.add(value).map_err(|error| ApiError::Internal(error.to_string()))?;
        Ok(self)
    }

    /// Adds a placeholder and binds it.
    ///
    /// # Errors
    /// When the value cannot be sent.
    pub fn push_bind<'a, T: Encode<'a, sqlx::Any> + Type<sqlx::Any>>(&mut self, value: T) -> Result<&mut Self, ApiError> {
        self.bind(value)?;
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        Ok(self)
    }

    /// Adds `(a, b, …)`, each bound; for an empty list one that matches nothing.
    ///
    /// # Errors
    /// When a value cannot be sent.
    pub fn push_list<'a>(&mut self, values: impl IntoIterator<Item = &'a str>) -> Result<&mut Self, ApiError> {
        self.push("(NULL");
        for value in values {
            self.push(", ").push_bind(value)?;
        }
        Ok(self.push(")"))
    }

    /// Runs it, whatever it answers.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn execute<'c>(self, db: impl AnyExecutor<'c>) -> Result<(), ApiError> {
        sqlx::query_with(AssertSqlSafe(self.text), self.values).execute(db).await?;
        Ok(())
    }

    /// Runs it for all its rows.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rows<'c>(self, db: impl AnyExecutor<'c>) -> Result<Vec<AnyRow>, ApiError> {
        // The text consists of literals and placeholders only: `push` takes nothing else.
        Ok(sqlx::query_with(AssertSqlSafe(self.text), self.values).fetch_all(db).await?)
    }
}
