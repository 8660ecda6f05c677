//! Receipts are stored here, and what they used is recorded.

use serde_json::Value;
use serde_json::value::RawValue;

use super::read::{Checked, Sent};
use super::{store, token};
use crate::App;
use crate::discounts::record::{self, ReceiptUse};
use crate::entity::Made;
use crate::error::ApiError;
use crate::happened::{Event, Happening, happened};
use crate::http::{read, read_at};
use crate::members::Members;

/// A receipt that is ready to be stored.
struct Ready {
    made: Made,
    checked: Checked,
    used: Option<ReceiptUse>,
    /// As it is stored: sealed.
    sealed: String,
    /// As automations look at it.
    resource: Value,
}

/// Stores a list of receipts; what came of it, as JSON. All are checked before the first is stored; then each is
/// stored and recorded by itself, all of it or nothing. Sent again after a failure, those that were stored count as duplicates.
///
/// # Errors
/// 400 when one of them is wrong; then none is stored.
pub(super) async fn add(app: &App, account: &str, client: &str, body: &str, token_days: Option<u64>) -> Result<String, ApiError> {
    let list: Vec<&RawValue> = read(body)?;
    let mut ready = Vec::with_capacity(list.len());
    for (at, receipt) in list.iter().enumerate() {
        ready.push(check(app, account, client, receipt.get(), &format!("/{at}")).await?);
    }
    let (mut receipts, mut duplicates) = (Vec::new(), 0_usize);
    for Ready { made, checked, used, sealed, resource } in ready {
        let token_id = token_days.map(|_| crate::store::new_id());
        let mut unit = app.store.unit().await?;
        if !store::add(unit.db(), account, &made.id, &checked, token_id.as_deref(), &made.at, &sealed).await? {
            duplicates = duplicates.saturating_add(1);
            record::void_lines(unit.db(), app, account, &resource).await?;
            unit.save().await?;
            continue;
        }
        // A till's training and the like is stored, and nothing happens to anybody; what an event told of before did
        // not happen again.
        let first = match used {
            Some(used) => record::record_receipt(unit.db(), app, account, client, used).await?,
            None => {
                // An event may have told of it before it was voided.
                record::void_lines(unit.db(), app, account, &resource).await?;
                false
            }
        };
        if first {
            happened(unit.db(), app, account, Happening { event: Event::ReceiptAdd, key: &made.id, resource: &resource }).await?;
        }
        unit.save().await?;
        let mut entity = made.with(Members::default());
        let extra_info = match (&token_id, token_days) {
            (Some(token_id), Some(days)) => {
                let of = token::Of { id: &made.id, receipt_id: &checked.receipt_id, customer_id: checked.customer_id.as_deref() };
                Some(token::extra_info(app, account, &of, token_id, days)?.to_string())
            }
            _ => None,
        };
        entity.set("extra_info", extra_info.as_deref());
        receipts.push(entity.to_string());
    }
    Ok(format!(r#"{{"receipts":[{}],"duplicates":{duplicates}}}"#, receipts.join(",")))
}

/// Checks one receipt; `place` is its pointer in the body.
async fn check(app: &App, account: &str, client: &str, text: &str, place: &str) -> Result<Ready, ApiError> {
    let sent: Members<'_> = read_at(text, place)?;
    sent.refuse_twice(place)?;
    let checked = read_at::<Sent>(text, place)?.check(place)?;
    let made = Made::now(client);
    let body = made.with(sent).to_string();
    let used = record::read_receipt(app, account, read_at(&body, place)?, place).await?;
    let resource = serde_json::from_str(&body).map_err(|error| {
        let message = format!("automations cannot read this: {error}; nest it less deeply, and use whole characters only");
        ApiError::At("invalid_body", place.to_owned(), message)
    })?;
    let sealed = app.sealer.seal(&store::place(account, &made.id), body.as_bytes())?;
    Ok(Ready { made, checked, used, sealed, resource })
}
