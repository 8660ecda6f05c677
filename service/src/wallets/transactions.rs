//! Money moves: onto a card, from it, and for a while aside.

use serde_json::value::RawValue;

use super::model::{CaptureRequest, Transaction, TransactionKind, TransactionRequest, VoidRequest};
use super::private;
use super::secrets::check_pin;
use super::store::cards::StoredCard;
use super::store::ledger::{MOST_FUNDS, Movement, NewTransaction, StoredTransaction};
use super::store::tokens::StoredToken;
use super::store::{cards, ledger, tokens};
use super::{check, told};
use crate::App;
use crate::auth::scope::{Permission, WriteWallets};
use crate::error::ApiError;
use crate::http::read_object;
use crate::store::{Unit, new_id, now};

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) account: &'a str,
    pub(super) client: &'a str,
    /// May it name cards, and put money on them?
    pub(super) manages: bool,
}

/// What is asked for, checked.
struct Wanted<'a> {
    ref_id: &'a str,
    movement: Movement,
    /// All that is reserved when absent.
    amount: Option<i64>,
    /// The card's own when absent.
    currency: Option<&'a str>,
    parent_id: Option<&'a str>,
    originated_by: Option<&'a str>,
    metadata: Option<String>,
    /// Which member named the card.
    place: &'static str,
}

impl Wanted<'_> {
    /// Is this the request that made a transaction? What does not move money may differ.
    fn made(&self, earlier: &StoredTransaction) -> bool {
        earlier.kind == self.movement.kind()
            && earlier.parent_id.as_deref() == self.parent_id
            && self.amount.is_none_or(|amount| amount == earlier.amount)
            && self.currency.is_none_or(|currency| currency == earlier.currency)
    }
}

/// Funds, pays or reserves.
///
/// # Errors
/// 400 when the body is wrong or the card cannot do that, 403 when the scope is missing, 404 when there is no such card.
pub(super) async fn create(app: &App, asker: Asker<'_>, body: &str) -> Result<Transaction, ApiError> {
    let asked: TransactionRequest<'_> = read_object(body)?;
    check::name("/ref_id", &asked.ref_id)?;
    check::origin(asked.originated_by.as_deref())?;
    let amount = check::amount(asked.amount, 1)?;
    let movement = match (asked.kind.unwrap_or(TransactionKind::Drawdown), asked.pending.unwrap_or(false)) {
        (TransactionKind::Drawdown, false) => Movement::Pay,
        (TransactionKind::Drawdown, true) => Movement::Reserve,
        (TransactionKind::Fund, false) => Movement::Fund,
        (TransactionKind::Fund, true) => return Err(check::wrong("/pending", "only a drawdown can be pending")),
    };
    let wanted = Wanted {
        ref_id: &asked.ref_id,
        movement,
        amount: Some(amount),
        currency: Some(asked.currency.word()),
        parent_id: None,
        originated_by: asked.originated_by.as_deref(),
        metadata: check::metadata(asked.metadata)?,
        place: if asked.card_id.is_some() { "/card_id" } else { "/token" },
    };
    if !asker.manages && (movement == Movement::Fund || asked.card_id.is_some()) {
        return Err(ApiError::Forbidden(WriteWallets::ANY_OF));
    }
    let none = || ApiError::NotFound("Card");
    let (card, token) = match (&asked.card_id, &asked.token) {
        (Some(card_id), _) => (cards::named(app.store.pool(), asker.account, card_id).await?.ok_or_else(none)?.id, None),
        (None, Some(token)) => {
            let found = tokens::by_hash(app.store.pool(), asker.account, &app.wallets.hash(&token.0)?).await?;
            let token = found.ok_or_else(none)?;
            (token.card.clone(), Some(token))
        }
        (None, None) => return Err(check::wrong("", "`token` or `card_id` says which card")),
    };
    let needs_pin = token.is_some() && movement != Movement::Fund;
    check_pin(app, asker.account, &card, asked.pin.as_ref(), needs_pin).await?;
    run(app, asker, &card, token.as_ref(), &wanted).await
}

/// Pays what was reserved, or a part of it.
///
/// # Errors
/// 400 when the body is wrong or so much is not reserved, 404 when there is no such transaction.
pub(super) async fn capture(app: &App, asker: Asker<'_>, id: &str, body: &str) -> Result<Transaction, ApiError> {
    let CaptureRequest { ref_id, amount, metadata } = read_object(body)?;
    let amount = amount.map(|amount| check::amount(amount, 1)).transpose()?;
    settle(app, asker, id, Movement::Capture, &ref_id, amount, metadata).await
}

/// Puts what is still reserved on the card again.
///
/// # Errors
/// 400 when the body is wrong or nothing is reserved, 404 when there is no such transaction.
pub(super) async fn void(app: &App, asker: Asker<'_>, id: &str, body: &str) -> Result<Transaction, ApiError> {
    let VoidRequest { ref_id, metadata } = read_object(body)?;
    settle(app, asker, id, Movement::LetGo, &ref_id, None, metadata).await
}

async fn settle(
    app: &App,
    asker: Asker<'_>,
    id: &str,
    movement: Movement,
    ref_id: &str,
    amount: Option<i64>,
    metadata: Option<&RawValue>,
) -> Result<Transaction, ApiError> {
    check::name("/ref_id", ref_id)?;
    let metadata = check::metadata(metadata)?;
    let parent = ledger::transaction(app.store.pool(), asker.account, id).await?.ok_or(ApiError::NotFound("Transaction"))?;
    let parent_id = Some(&*parent.id);
    let wanted = Wanted { ref_id, movement, amount, currency: None, parent_id, originated_by: None, metadata, place: "" };
    run(app, asker, &parent.card, None, &wanted).await
}

/// Does it, or finds that it was done, while nobody else changes the card.
async fn run(
    app: &App,
    asker: Asker<'_>,
    card: &str,
    token: Option<&StoredToken>,
    wanted: &Wanted<'_>,
) -> Result<Transaction, ApiError> {
    let account = asker.account;
    let mut unit = app.store.unit().await?;
    let card = cards::lock(unit.db(), account, card).await?.ok_or(ApiError::NotFound("Card"))?;
    if let Some(earlier) = ledger::of_ref(unit.db(), account, &card.id, wanted.ref_id).await? {
        if wanted.made(&earlier) {
            return earlier.shown(app, account);
        }
        let message = "this `ref_id` named another transaction of the card before; each has its own";
        return Err(ApiError::At("ref_id_used", "/ref_id".to_owned(), message.to_owned()));
    }
    let (id, created_at) = (new_id(), now());
    usable(&card, wanted, &created_at)?;
    let amount = match wanted.parent_id {
        Some(parent) => of_reserved(&mut unit, account, parent, wanted.amount).await?,
        None => wanted.amount.unwrap_or_default(),
    };
    if let Some(token) = token {
        use_token(&mut unit, account, token, &id, &created_at).await?;
    }
    let seal = |what: &str, plain: Option<&str>| app.sealer.seal_some(&private(account, &card.id, what), plain);
    let (originated_by, metadata) =
        (seal("originated_by", wanted.originated_by)?, seal("transaction", wanted.metadata.as_deref())?);
    let new = NewTransaction {
        account,
        id: &id,
        card: &card.id,
        ref_id: wanted.ref_id,
        movement: wanted.movement,
        amount,
        currency: card.currency.as_deref().unwrap_or_default(),
        parent_id: wanted.parent_id,
        originated_by: originated_by.as_deref(),
        metadata: metadata.as_deref(),
        created_at: &created_at,
        created_by: asker.client,
    };
    if !ledger::record(unit.db(), &new).await? {
        return Err(too_much(wanted.movement, &card));
    }
    told::moved(unit.db(), app, account, &card, wanted.ref_id).await?;
    let made = ledger::of_ref(unit.db(), account, &card.id, wanted.ref_id).await?;
    unit.save().await?;
    made.ok_or_else(|| ApiError::Internal("a transaction was not recorded".to_owned()))?.shown(app, account)
}

/// Can the card do this now?
fn usable(card: &StoredCard, wanted: &Wanted<'_>, now: &str) -> Result<(), ApiError> {
    let refuse = |code, message: String| match wanted.place {
        "" => Err(ApiError::Invalid(code, message)),
        place => Err(ApiError::At(code, place.to_owned(), message)),
    };
    if !card.active {
        return refuse("card_inactive", "this card is not activated yet; nothing moves before".to_owned());
    }
    // What is let go stays on the card.
    if wanted.movement != Movement::LetGo && card.is_over(now) {
        let until = card.expires_at.as_deref().unwrap_or_default();
        return refuse("card_expired", format!("this card expired at {until}"));
    }
    let pays = matches!(wanted.movement, Movement::Pay | Movement::Reserve);
    if let Some(from) = card.active_from.as_deref().filter(|from| pays && now < *from) {
        return refuse("card_not_active_yet", format!("nothing is paid with this card before {from}"));
    }
    match (wanted.currency, card.currency.as_deref()) {
        (Some(asked), Some(own)) if asked != own => {
            let message = format!("this card is in {own}, not in {asked}");
            Err(ApiError::At("currency_mismatch", "/currency".to_owned(), message))
        }
        _ => Ok(()),
    }
}

/// How much of a reservation is taken: what was asked for, or all that is left.
async fn of_reserved(unit: &mut Unit, account: &str, parent: &str, asked: Option<i64>) -> Result<i64, ApiError> {
    let parent = ledger::locked(unit.db(), account, parent).await?.ok_or(ApiError::NotFound("Transaction"))?;
    if parent.kind != super::model::TransactionType::PendingCapture {
        let message = "this transaction reserved nothing; only one of type `pending_capture` can be captured or voided";
        return Err(ApiError::Invalid("not_pending", message.to_owned()));
    }
    if parent.remaining == 0 {
        let message = "nothing is reserved any more: all of it was captured or voided";
        return Err(ApiError::Invalid("nothing_reserved", message.to_owned()));
    }
    match asked {
        Some(amount) if amount > parent.remaining => {
            let message = format!("only {} are still reserved", parent.remaining);
            Err(ApiError::At("amount_exceeds_reserved", "/amount".to_owned(), message))
        }
        asked => Ok(asked.unwrap_or(parent.remaining)),
    }
}

/// A token that is over, or was for one transaction and had it, moves nothing.
async fn use_token(unit: &mut Unit, account: &str, token: &StoredToken, transaction: &str, now: &str) -> Result<(), ApiError> {
    let refuse = |code, message: &str| Err(ApiError::At(code, "/token".to_owned(), message.to_owned()));
    if token.is_over(now) {
        return refuse("token_expired", "the time of this token is over; ask for another");
    }
    if token.once && !tokens::use_up(unit.db(), account, &token.id, transaction).await? {
        return refuse("token_used", "this token was for one transaction; ask for another");
    }
    Ok(())
}

/// Why an amount could not be moved.
fn too_much(movement: Movement, card: &StoredCard) -> ApiError {
    let available = card.balance().saturating_sub(card.reserved);
    let (code, message) = match movement {
        Movement::Fund => ("balance_too_large", format!("at most {MOST_FUNDS} are put on a card in all")),
        Movement::Pay | Movement::Reserve => ("amount_exceeds_available", format!("only {available} are available on this card")),
        Movement::Capture | Movement::LetGo => ("amount_exceeds_reserved", "so much is not reserved".to_owned()),
    };
    ApiError::At(code, "/amount".to_owned(), message)
}
