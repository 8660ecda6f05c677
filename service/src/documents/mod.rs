//! Things that are kept as they were sent, under names that clients may choose: sales locations, catalogs, products,
//! groups, taxes. One way to make, change, delete, find and page them.

mod shape;
mod store;

use std::borrow::Cow;

use serde_json::Value;

pub use self::shape::{Member, Shape};
pub(crate) use self::shape::{all_of, check};
use crate::entity::{self, Made, SERVER_SET, quoted};
use crate::error::ApiError;
use crate::http::{is_client_id, read_object};
use crate::members::Members;
use crate::store::{Db, Pool};

/// How often a change is tried again when another one came first.
const TRIES: usize = 100;

/// Documents looked at in one go while a filter looks for some.
const LOOK: i64 = 500;

/// A kind of documents.
#[derive(Debug)]
pub struct Kind {
    /// Its word in the database.
    pub word: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The member that names one.
    pub name: &'static str,
    /// Its members; further ones are the client's own.
    pub members: &'static [Member],
}

/// Where documents of a kind are kept.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The account.
    pub account: &'a str,
    /// What they are.
    pub kind: &'static Kind,
    /// What they belong to, or nothing.
    pub parent: &'a str,
}

/// A document as stored.
#[derive(Debug, Clone)]
pub struct Document {
    /// What clients call it.
    pub name: String,
    /// Its JSON.
    pub body: String,
    /// When and by whom it was deleted.
    pub deleted: Option<(String, String)>,
}

impl Document {
    /// As it is shown: with its deletion.
    ///
    /// # Errors
    /// When what is stored is no object.
    pub fn shown(&self) -> Result<String, ApiError> {
        let Some((at, by)) = &self.deleted else { return Ok(self.body.clone()) };
        let (at, by) = (quoted(at), quoted(by));
        let mut members: Members<'_> = read_object(&self.body)?;
        members.set("deleted_at", Some(&at));
        members.set("deleted_by", Some(&by));
        Ok(members.to_string())
    }
}

/// A page of a list.
#[derive(Debug)]
pub struct Page {
    /// The documents.
    pub documents: Vec<Document>,
    /// Cursor of the next page; `None` on the last.
    pub next: Option<String>,
}

impl Place<'_> {
    fn taken(&self, name: &str) -> ApiError {
        let Kind { word, name: member, .. } = self.kind;
        let message = format!("there is a {word} `{name}` already; change that one, or choose another name");
        ApiError::At("exists", format!("/{member}"), message)
    }

    fn missing(&self) -> ApiError {
        ApiError::NotFound(self.kind.title)
    }

    /// Makes a document. One that was deleted makes room for it.
    ///
    /// # Errors
    /// 400 when something is wrong with it, or its name is taken.
    pub async fn create(&self, db: &mut Db, client: &str, body: &str) -> Result<Document, ApiError> {
        let sent: Members<'_> = read_object(body)?;
        sent.refuse_twice("")?;
        let made = Made::now(client);
        let mut members = made.with(sent);
        members.0.retain(|(_, value)| *value != "null");
        let name = members.text(self.kind.name);
        let sent_badly = name.is_none() && members.get(self.kind.name).is_some();
        let name = name.unwrap_or_else(|| made.id.clone());
        if sent_badly || !is_client_id(&name) || name.contains('\0') {
            return Err(all_of(self.bad_name(), body, &Shape::Object(self.kind.members)));
        }
        let name_json = quoted(&name);
        members.set(self.kind.name, Some(&name_json));
        let body = self.checked(&members)?;
        if !store::add(db, self, &name, &made.id, &made.at, &body).await? {
            return Err(self.taken(&name));
        }
        Ok(Document { name, body, deleted: None })
    }

    fn bad_name(&self) -> ApiError {
        let message = "this is a name of 1 to 255 characters, without space around them".to_owned();
        ApiError::At("invalid_body", format!("/{}", self.kind.name), message)
    }

    /// The text of a document whose members are what they should be.
    fn checked(&self, members: &Members<'_>) -> Result<String, ApiError> {
        let body = members.to_string();
        let value: Value = serde_json::from_str(&body).map_err(|error| {
            ApiError::Invalid("bad_json", format!("this cannot be read: {}; nest it less deeply", crate::http::wrong(&error)))
        })?;
        check(&value, &Shape::Object(self.kind.members), "").map(|()| body)
    }

    /// Changes the members that are sent; `null` takes one away.
    ///
    /// # Errors
    /// 400 when something is wrong with the change, 404 when there is no such document.
    pub async fn update(&self, db: &mut Db, client: &str, name: &str, body: &str) -> Result<Document, ApiError> {
        let sent: Members<'_> = read_object(body)?;
        sent.refuse_twice("")?;
        if sent.get(self.kind.name).is_some_and(|_| sent.text(self.kind.name).as_deref() != Some(name)) {
            let message = format!("`{}` cannot change; make a new {} instead", self.kind.name, self.kind.word);
            return Err(ApiError::At("cannot_change", format!("/{}", self.kind.name), message));
        }
        for _ in 0..TRIES {
            let before = store::one(&mut *db, self, name).await?.filter(|document| document.deleted.is_none());
            let before = before.ok_or_else(|| self.missing())?;
            let change = entity::Change::now(client);
            let mut members: Members<'_> = read_object(&before.body)?;
            let kept = |member: &str| member == self.kind.name || SERVER_SET.contains(&member);
            for (member, value) in sent.0.iter().filter(|(member, _)| !kept(member)) {
                members.set(member, Some(*value).filter(|value| *value != "null"));
            }
            change.touch(&mut members);
            let body = self.checked(&members)?;
            if store::replace(db, self, name, &before.body, &body).await? {
                return Ok(Document { name: name.to_owned(), body, deleted: None });
            }
        }
        Err(ApiError::Internal(format!("{} {name} changed all the time", self.kind.word)))
    }

    /// Makes a document of this name, or changes or brings back the one there is: these members are set.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn put(&self, db: &mut Db, client: &str, name: &str, set: &[(&str, Cow<'_, str>)]) -> Result<(), ApiError> {
        for _ in 0..TRIES {
            let before = store::one(&mut *db, self, name).await?;
            let (made, change, name_json) = (Made::now(client), entity::Change::now(client), quoted(name));
            let stored = match &before {
                Some(document) if document.deleted.is_none() => {
                    let mut members: Members<'_> = read_object(&document.body)?;
                    for (member, value) in set {
                        members.set(member, Some(value));
                    }
                    change.touch(&mut members);
                    store::replace(db, self, name, &document.body, &members.to_string()).await?
                }
                _ => {
                    let mut members = made.with(Members(vec![(self.kind.name.to_owned(), &*name_json)]));
                    for (member, value) in set {
                        members.set(member, Some(value));
                    }
                    store::add(db, self, name, &made.id, &made.at, &members.to_string()).await?
                }
            };
            if stored {
                return Ok(());
            }
        }
        Err(ApiError::Internal(format!("{} {name} changed all the time", self.kind.word)))
    }

    /// Deletes a document; it is not listed any more.
    ///
    /// # Errors
    /// 400 when it is deleted already, 404 when there is no such document.
    pub async fn delete(&self, db: &mut Db, client: &str, name: &str) -> Result<Document, ApiError> {
        let at = crate::store::now();
        let deleted = store::delete(&mut *db, self, name, &at, client).await?;
        match store::one(db, self, name).await? {
            Some(document) if deleted => Ok(document),
            Some(_) => Err(ApiError::Invalid("deleted", format!("this {} is deleted already", self.kind.word))),
            None => Err(self.missing()),
        }
    }

    /// Deletes all documents here.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn delete_all(&self, db: &mut Db, client: &str) -> Result<(), ApiError> {
        store::delete_all(db, self, &crate::store::now(), client).await
    }

    /// One document that is not deleted.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn one(&self, pool: &Pool, name: &str) -> Result<Document, ApiError> {
        let found = store::one(pool, self, name).await?.filter(|document| document.deleted.is_none());
        found.ok_or_else(|| self.missing())
    }

    /// Is there one of this name that is not deleted?
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has(&self, db: &mut Db, name: &str) -> Result<bool, ApiError> {
        Ok(store::one(db, self, name).await?.is_some_and(|document| document.deleted.is_none()))
    }

    /// Those of these names that are not deleted, under any parent.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn named(&self, pool: &Pool, names: &[&str]) -> Result<Vec<Document>, ApiError> {
        if names.is_empty() { Ok(Vec::new()) } else { store::named(pool, self, names).await }
    }

    /// A page of those that are not deleted and fit, oldest first.
    ///
    /// # Errors
    /// When `starting_after` is unknown.
    pub async fn list(
        &self,
        pool: &Pool,
        starting_after: Option<&str>,
        limit: i64,
        fits: Option<&(dyn Fn(&Value) -> bool + Sync)>,
    ) -> Result<Page, ApiError> {
        self.page(pool, starting_after, limit, fits, false).await
    }

    /// A page of all, deleted ones too, oldest first.
    ///
    /// # Errors
    /// When `starting_after` is unknown.
    pub async fn list_with_deleted(&self, pool: &Pool, starting_after: Option<&str>, limit: i64) -> Result<Page, ApiError> {
        self.page(pool, starting_after, limit, None, true).await
    }

    async fn page(
        &self,
        pool: &Pool,
        starting_after: Option<&str>,
        limit: i64,
        fits: Option<&(dyn Fn(&Value) -> bool + Sync)>,
        deleted: bool,
    ) -> Result<Page, ApiError> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let look = if fits.is_some() { LOOK } else { limit.saturating_add(1) };
        let mut after = match starting_after {
            None => None,
            Some(name) => Some(store::cursor(pool, self, name).await?.ok_or_else(|| {
                let message = format!("`starting_after` is the `{}` of the last entry of the page before", self.kind.name);
                ApiError::Invalid("bad_query", message)
            })?),
        };
        let mut documents: Vec<Document> = Vec::new();
        loop {
            let found = store::page(pool, self, after.as_ref(), look, deleted).await?;
            let last = found.last().map(|(cursor, _)| cursor.clone());
            let is_last = i64::try_from(found.len()).unwrap_or(i64::MAX) < look;
            for (_, document) in found {
                if fits.is_none_or(|fits| serde_json::from_str(&document.body).is_ok_and(|value| fits(&value))) {
                    documents.push(document);
                }
            }
            if documents.len() > most || is_last {
                break;
            }
            after = last;
        }
        let more = documents.len() > most;
        documents.truncate(most);
        let next = documents.last().filter(|_| more).map(|document| document.name.clone());
        Ok(Page { documents, next })
    }
}
