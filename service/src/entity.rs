//! What every stored thing has beside its own members: its id, and who made, changed and deleted it when.

use serde_json::Value;

use crate::members::Members;
use crate::store::{new_id, now};

/// Members that the server sets; what a request says of them is passed over.
pub(crate) const SERVER_SET: [&str; 7] =
    ["id", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by"];

/// A text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A new thing: what the server says of it.
#[derive(Debug)]
pub(crate) struct Made {
    /// Its id.
    pub(crate) id: String,
    /// When it was made.
    pub(crate) at: String,
    id_json: String,
    at_json: String,
    client_json: String,
}

impl Made {
    /// Made now by this client.
    pub(crate) fn now(client: &str) -> Self {
        let (id, at) = (new_id(), now());
        let (id_json, at_json, client_json) = (quoted(&id), quoted(&at), quoted(client));
        Self { id, at, id_json, at_json, client_json }
    }

    /// What the server says, then what was sent.
    pub(crate) fn with<'a>(&'a self, sent: Members<'a>) -> Members<'a> {
        let set = [
            ("id", &self.id_json),
            ("created_at", &self.at_json),
            ("created_by", &self.client_json),
            ("updated_at", &self.at_json),
        ];
        let mut members = Members(set.map(|(name, value)| (name.to_owned(), value.as_str())).into());
        members.0.extend(sent.0.into_iter().filter(|(name, _)| !SERVER_SET.contains(&name.as_str())));
        members
    }
}

/// A change, or a deletion.
#[derive(Debug)]
pub(crate) struct Change {
    /// When.
    pub(crate) at: String,
    at_json: String,
    client_json: String,
}

impl Change {
    /// Made now by this client.
    pub(crate) fn now(client: &str) -> Self {
        let at = now();
        let (at_json, client_json) = (quoted(&at), quoted(client));
        Self { at, at_json, client_json }
    }

    /// Says when a thing was changed.
    pub(crate) fn touch<'a>(&'a self, members: &mut Members<'a>) {
        members.set("updated_at", Some(&self.at_json));
    }

    /// Says when it was changed, and by whom.
    pub(crate) fn update<'a>(&'a self, members: &mut Members<'a>) {
        self.touch(members);
        members.set("updated_by", Some(&self.client_json));
    }

    /// Says when it was deleted, and by whom.
    pub(crate) fn delete<'a>(&'a self, members: &mut Members<'a>) {
        self.touch(members);
        members.set("deleted_at", Some(&self.at_json));
        members.set("deleted_by", Some(&self.client_json));
    }
}
