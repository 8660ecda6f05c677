//! Lists of customers: pages by id, so that any page costs what the first costs.

use sqlx::Row;

use super::users::{Stored, columns, stored};
use crate::customers::profile::Kind;
use crate::error::ApiError;
use crate::store::Pool;
use crate::store::statement::Statement;

/// Which customers are of a list.
#[derive(Debug, Clone, Default)]
pub(in crate::customers) struct Filter {
    /// Words that they all have.
    pub(in crate::customers) words: Vec<String>,
    /// A tag that they have.
    pub(in crate::customers) tag: Option<String>,
    /// A token that they have.
    pub(in crate::customers) token: Option<TokenWord>,
    /// Of this type.
    pub(in crate::customers) kind: OfKind,
    /// Deleted ones too.
    pub(in crate::customers) deleted: bool,
    /// Changed at or after; then oldest change first.
    pub(in crate::customers) since: Option<String>,
}

/// A token by its keyed hash.
#[derive(Debug, Clone)]
pub(in crate::customers) enum TokenWord {
    /// Of type and value.
    Whole(String),
    /// Of the value.
    Value(String),
    /// Of the type.
    Kind(String),
}

/// Types that a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::customers) enum OfKind {
    /// All but contacts.
    #[default]
    NoContacts,
    /// All.
    Any,
    /// One.
    One(Kind),
}

impl Filter {
    /// Does it look for somebody, and not only through all?
    pub(in crate::customers) fn looks_for_somebody(&self) -> bool {
        !self.words.is_empty() || self.tag.is_some() || self.token.is_some()
    }

    /// What a customer, or a contact, has: its id is the text given.
    fn has(&self, query: &mut Statement, account: &str, id: &'static str, words: &[String], tag: bool) -> Result<(), ApiError> {
        for word in words {
            query.push(" AND EXISTS (SELECT 1 FROM customer_words x WHERE x.account_id = ").push_bind(account)?;
            query.push(" AND x.word = ").push_bind(&**word)?.push(" AND x.customer = ").push(id).push(")");
        }
        if let Some(tag) = self.tag.as_deref().filter(|_| tag) {
            query.push(" AND EXISTS (SELECT 1 FROM customer_tags x WHERE x.account_id = ").push_bind(account)?;
            query.push(" AND x.tag = ").push_bind(tag)?.push(" AND x.customer = ").push(id).push(")");
        }
        Ok(())
    }

    fn has_token(&self, query: &mut Statement, account: &str, name: &'static str) -> Result<(), ApiError> {
        let Some(token) = &self.token else { return Ok(()) };
        query.push(" AND ").push(name).push(" IN (SELECT x.customer_id FROM customer_token_bodies x WHERE x.account_id = ");
        query.push_bind(account)?.push(" AND x.deleted_at IS NULL AND ");
        let (column, word) = match token {
            TokenWord::Whole(word) => ("x.word = ", word),
            TokenWord::Value(word) => ("x.value_word = ", word),
            TokenWord::Kind(word) => ("x.type_word = ", word),
        };
        query.push(column).push_bind(&**word)?.push(")");
        Ok(())
    }

    fn shown(&self, query: &mut Statement) -> Result<(), ApiError> {
        match self.kind {
            OfKind::NoContacts => drop(query.push(" AND c.type <> 'contact'")),
            OfKind::Any => {}
            OfKind::One(kind) => drop(query.push(" AND c.type = ").push_bind(kind.word())?),
        }
        if !self.deleted {
            query.push(" AND c.deleted_at IS NULL");
        }
        Ok(())
    }

    /// Those that fit, from the text after `SELECT …`. The words walk in the order of the list where there are some.
    fn own(&self, query: &mut Statement, account: &str) -> Result<&'static str, ApiError> {
        let walks = self.since.is_none();
        let (id, words, tag) = match (self.words.split_first(), &self.tag) {
            (Some((first, rest)), _) if walks => {
                query.push(" FROM customer_words w JOIN customers c ON c.account_id = w.account_id AND c.id = w.customer");
                query.push(" WHERE w.account_id = ").push_bind(account)?.push(" AND w.word = ").push_bind(&**first)?;
                ("w.customer", rest, true)
            }
            (None, Some(tag)) if walks => {
                query.push(" FROM customer_tags w JOIN customers c ON c.account_id = w.account_id AND c.id = w.customer");
                query.push(" WHERE w.account_id = ").push_bind(account)?.push(" AND w.tag = ").push_bind(&**tag)?;
                ("w.customer", &[][..], false)
            }
            _ => {
                query.push(" FROM customers c WHERE c.account_id = ").push_bind(account)?;
                ("c.id", &self.words[..], true)
            }
        };
        self.has(query, account, id, words, tag)?;
        self.has_token(query, account, "c.customer_id")?;
        self.shown(query)?;
        Ok(id)
    }
}

/// A page of those that fit, after this id, in order of ids; with `since`, after this change, in order of changes.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn page(
    pool: &Pool,
    account: &str,
    filter: &Filter,
    after: Option<&Stored>,
    limit: i64,
) -> Result<Vec<Stored>, ApiError> {
    let mut query = Statement::new(concat!("SELECT ", columns!()));
    let id = filter.own(&mut query, account)?;
    if let Some(since) = &filter.since {
        query.push(" AND c.updated_at >= ").push_bind(&**since)?;
        if let Some(after) = after {
            query.push(" AND (c.updated_at, c.id) > (").push_bind(&*after.updated_at)?;
            query.push(", ").push_bind(&*after.id)?.push(")");
        }
        query.push(" ORDER BY c.updated_at, c.id");
    } else {
        if let Some(after) = after {
            query.push(" AND ").push(id).push(" > ").push_bind(&*after.id)?;
        }
        query.push(" ORDER BY ").push(id);
    }
    query.push(" LIMIT ").push_bind(limit)?;
    Ok(query.rows(pool).await?.iter().map(stored).collect())
}

/// A page of those for whom a contact speaks that fits, in order of ids.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn by_contact(
    pool: &Pool,
    account: &str,
    filter: &Filter,
    after: Option<&Stored>,
    limit: i64,
) -> Result<Vec<Stored>, ApiError> {
    let mut query = Statement::new(concat!("SELECT DISTINCT ", columns!(), " FROM customer_contacts k"));
    query.push(" JOIN customers c ON c.account_id = k.account_id AND c.id = k.customer");
    query
        .push(" JOIN customers o ON o.account_id = k.account_id AND o.id = k.contact WHERE k.account_id = ")
        .push_bind(account)?;
    filter.has(&mut query, account, "k.contact", &filter.words, true)?;
    filter.has_token(&mut query, account, "o.customer_id")?;
    filter.shown(&mut query)?;
    if let Some(since) = &filter.since {
        query.push(" AND c.updated_at >= ").push_bind(&**since)?;
    }
    if let Some(after) = after {
        if filter.since.is_some() {
            query.push(" AND (c.updated_at, c.id) > (").push_bind(&*after.updated_at)?;
            query.push(", ").push_bind(&*after.id)?.push(")");
        } else {
            query.push(" AND c.id > ").push_bind(&*after.id)?;
        }
    }
    query.push(if filter.since.is_some() { " ORDER BY c.updated_at, c.id" } else { " ORDER BY c.id" });
    query.push(" LIMIT ").push_bind(limit)?;
    Ok(query.rows(pool).await?.iter().map(stored).collect())
}

/// Does anybody in this account speak for others?
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn has_contacts(pool: &Pool, account: &str) -> Result<bool, ApiError> {
    let row =
        sqlx::query("SELECT 1 FROM customer_contacts WHERE account_id = $1 LIMIT 1").bind(account).fetch_optional(pool).await?;
    Ok(row.is_some())
}

/// How many fit, contacts aside.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn count(pool: &Pool, account: &str, filter: &Filter) -> Result<i64, ApiError> {
    let mut query = Statement::new("SELECT COUNT(*)");
    filter.own(&mut query, account)?;
    if let Some(since) = &filter.since {
        query.push(" AND c.updated_at >= ").push_bind(&**since)?;
    }
    Ok(query.rows(pool).await?.first().map_or(0, |row| row.get(0)))
}
