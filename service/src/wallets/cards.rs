//! Cards are made, activated, and get another PIN.

use std::collections::HashSet;

use chrono::{TimeDelta, Utc};

use super::format::{Kind, Shape};
use super::made::Formats;
use super::model::{
    ActivationRequest, BatchRequest, CardDetails, CardRequest, CardToken, CardType, CardWithSecrets, GeneratedPin,
    GeneratedToken, RotatePinRequest, RotatedPin, SecretFormat, SecretValue,
};
use super::private;
use super::store::cards::{Activated, KeptPin, StoredCard};
use super::store::ledger::{Movement, NewTransaction};
use super::store::tokens::NewToken;
use super::store::{cards, ledger, tokens};
use super::{check, told};
use crate::App;
use crate::auth::secret;
use crate::error::ApiError;
use crate::http::read_object;
use crate::store::{Db, new_id, now, written};

/// The most cards of one batch.
const MOST_CARDS: usize = 500;
/// The most that get a PIN: each is hashed, slowly by design, while the client waits.
const MOST_PINS: usize = 100;

/// A PIN that was made: to be shown once, and to be kept.
struct NewPin {
    value: SecretValue,
    kept: KeptPin,
}

/// `place` is where its hash is sealed: there are few PINs, and all could be tried.
async fn new_pin(app: &App, place: &str, shape: &Shape) -> Result<NewPin, ApiError> {
    let value = shape.make()?;
    let hash = secret::hash(value.value.0.clone()).await?;
    let hash = app.sealer.seal(place, hash.as_bytes())?;
    Ok(NewPin { value, kept: KeptPin { hash, format: shape.stored() } })
}

fn shown_pin(shape: &Shape, pin: Option<&NewPin>) -> Option<GeneratedPin> {
    pin.map(|pin| GeneratedPin { format: shape.format().clone(), pin: pin.value.clone() })
}

/// The token that a card is made with.
struct OwnToken {
    shape: Shape,
    once: bool,
    /// Seconds.
    lasts: Option<i64>,
}

impl OwnToken {
    fn of(asked: CardToken) -> Result<Self, ApiError> {
        let lasts = asked.expires_in.map(|seconds| check::seconds("/card_token/expires_in", seconds)).transpose()?;
        let once = asked.expires_after_transaction.unwrap_or(lasts.is_some());
        Ok(Self { shape: Shape::of(Kind::Token, asked.format, "/card_token/format")?, once, lasts })
    }

    /// Makes the token of a card, and keeps what it is looked up by.
    async fn add(&self, app: &App, db: &mut Db, account: &str, card: &StoredCard) -> Result<GeneratedToken, ApiError> {
        let token = self.shape.make()?;
        let expires_at = self.lasts.and_then(in_seconds);
        let new = NewToken {
            account,
            id: &new_id(),
            card: &card.id,
            ref_id: None,
            hash: &app.wallets.hash(&token.value.0)?,
            masked: &self.shape.masked(&token.value.0),
            format: &self.shape.stored(),
            expires_at: expires_at.as_deref(),
            once: self.once,
            metadata: None,
            created_at: &card.created_at,
            created_by: &card.created_by,
        };
        if !tokens::add(db, &new).await? {
            return Err(ApiError::Internal("a new token was there before".to_owned()));
        }
        let format: SecretFormat = self.shape.format().clone();
        Ok(GeneratedToken { format, expires_after_transaction: self.once, expires_in: self.lasts, token })
    }
}

/// The instant in so many seconds, as stored.
pub(super) fn in_seconds(seconds: i64) -> Option<String> {
    Utc::now().checked_add_signed(TimeDelta::try_seconds(seconds)?).map(written)
}

fn exists(place: &str, card_id: &str) -> ApiError {
    let message = format!("there is a card called `{card_id}` already; give this one another `card_id`");
    ApiError::At("card_exists", place.to_owned(), message)
}

/// Makes a card that is active; its token and PIN are in the answer and nowhere else.
///
/// # Errors
/// 400 when the body is wrong, or there is such a card.
pub(super) async fn create(app: &App, account: &str, client: &str, body: &str) -> Result<CardWithSecrets, ApiError> {
    let asked: CardRequest<'_> = read_object(body)?;
    check::name("/card_id", &asked.card_id)?;
    check::customer("/customer_id", asked.customer_id.as_deref())?;
    check::origin(asked.originated_by.as_deref())?;
    let amount = check::amount(asked.amount, 0)?;
    let (active_from, expires_at) = check::period(asked.active_from.as_deref(), asked.expires_at.as_deref())?;
    let metadata = check::metadata(asked.metadata)?;
    let own_token = asked.card_token.map(OwnToken::of).transpose()?;
    let shape = asked.pin.map(|pin| Shape::of(Kind::Pin, pin.format, "/pin/format")).transpose()?;
    let card = new_card(asked.kind, client);
    let pin = match &shape {
        Some(shape) => Some(new_pin(app, &private(account, &card.id, "pin"), shape).await?),
        None => None,
    };
    let seal = |what: &str, plain: Option<&str>| app.sealer.seal_some(&private(account, &card.id, what), plain);
    let (name, originated_by, metadata) = (
        seal("name", asked.name.as_deref())?,
        seal("originated_by", asked.originated_by.as_deref())?,
        seal("metadata", metadata.as_deref())?,
    );
    let mut card = StoredCard {
        card_id: asked.card_id,
        customer_id: asked.customer_id,
        name,
        originated_by,
        metadata,
        active: true,
        amount,
        currency: Some(asked.currency.word().to_owned()),
        active_from,
        expires_at,
        ..card
    };
    let mut unit = app.store.unit().await?;
    if !cards::add(unit.db(), account, &card, pin.as_ref().map(|pin| &pin.kept)).await? {
        return Err(exists("/card_id", &card.card_id));
    }
    let card_token = match &own_token {
        Some(token) => Some(token.add(app, unit.db(), account, &card).await?),
        None => None,
    };
    fund_first(unit.db(), app, account, client, &card, amount, asked.currency.word()).await?;
    unit.save().await?;
    card.funds = amount;
    let pin = shape.as_ref().and_then(|shape| shown_pin(shape, pin.as_ref()));
    Ok(CardWithSecrets { owned: card.owned(app, account)?, amount, balances: card.balances(), pin, card_token })
}

/// An inactive card without anything.
fn new_card(kind: Option<CardType>, client: &str) -> StoredCard {
    StoredCard {
        id: new_id(),
        card_id: String::new(),
        customer_id: None,
        kind: kind.unwrap_or(CardType::GiftCard),
        name: None,
        originated_by: None,
        metadata: None,
        active: false,
        amount: 0,
        currency: None,
        active_from: None,
        expires_at: None,
        funds: 0,
        drawn: 0,
        reserved: 0,
        pin_format: None,
        created_at: now(),
        created_by: client.to_owned(),
    }
}

/// What a card is made or activated with is its first transaction, under the card's own id.
async fn fund_first(
    db: &mut Db,
    app: &App,
    account: &str,
    client: &str,
    card: &StoredCard,
    amount: i64,
    currency: &str,
) -> Result<(), ApiError> {
    if amount == 0 {
        // Nothing moves, and still there is a card now.
        return told::made_empty(db, app, account, card, (client, currency)).await;
    }
    let new = NewTransaction {
        account,
        id: &new_id(),
        card: &card.id,
        ref_id: &card.id,
        movement: Movement::Fund,
        amount,
        currency,
        parent_id: None,
        originated_by: card.originated_by.as_deref(),
        metadata: None,
        created_at: &now(),
        created_by: client,
    };
    if ledger::record(db, &new).await? {
        return told::moved(db, app, account, card, &card.id).await;
    }
    Err(ApiError::Internal("a new card took no money".to_owned()))
}

/// Makes cards to be activated later: all of them, or none.
///
/// # Errors
/// 400 when the body is wrong, or there is such a card.
pub(super) async fn batch(app: &App, account: &str, client: &str, body: &str) -> Result<Vec<CardWithSecrets>, ApiError> {
    let BatchRequest { cards: named, options } = read_object(body)?;
    if named.is_empty() || named.len() > MOST_CARDS {
        return Err(check::wrong("/cards", format!("a batch has 1 to {MOST_CARDS} cards")));
    }
    let mut names = HashSet::new();
    for (at, card) in named.iter().enumerate() {
        let place = format!("/cards/{at}/card_id");
        check::name(&place, &card.card_id)?;
        if !names.insert(&*card.card_id) {
            return Err(check::wrong(&place, "this card is in the batch twice; leave one of them out"));
        }
    }
    let options = options.unwrap_or_default();
    let shape = options.pin.map(|pin| Shape::of(Kind::Pin, pin.format, "/options/pin/format")).transpose()?;
    if shape.is_some() && named.len() > MOST_PINS {
        return Err(check::wrong("/cards", format!("a batch with PINs has at most {MOST_PINS} cards")));
    }
    let own_token = match options.card_token {
        Some(token) => {
            let shape = Shape::of(Kind::Token, token.format, "/options/card_token/format")?;
            Some(OwnToken { shape, once: false, lasts: None })
        }
        None => None,
    };
    let mut ready = Vec::with_capacity(named.len());
    for card in named {
        let made = StoredCard { card_id: card.card_id, ..new_card(card.kind, client) };
        let pin = match &shape {
            Some(shape) => Some(new_pin(app, &private(account, &made.id, "pin"), shape).await?),
            None => None,
        };
        ready.push((made, pin));
    }
    // Two batches that share names take them in one order, so that neither waits for the other in a circle.
    let mut order: Vec<(usize, &(StoredCard, Option<NewPin>))> = ready.iter().enumerate().collect();
    order.sort_by(|(_, (a, _)), (_, (b, _))| a.card_id.cmp(&b.card_id));
    let mut made = Vec::with_capacity(ready.len());
    let mut unit = app.store.unit().await?;
    for (at, (card, pin)) in order {
        if !cards::add(unit.db(), account, card, pin.as_ref().map(|pin| &pin.kept)).await? {
            return Err(exists(&format!("/cards/{at}/card_id"), &card.card_id));
        }
        let card_token = match &own_token {
            Some(token) => Some(token.add(app, unit.db(), account, card).await?),
            None => None,
        };
        let pin = shape.as_ref().and_then(|shape| shown_pin(shape, pin.as_ref()));
        made.push((
            at,
            CardWithSecrets { owned: card.owned(app, account)?, amount: 0, balances: card.balances(), pin, card_token },
        ));
    }
    unit.save().await?;
    made.sort_by_key(|(at, _)| *at);
    Ok(made.into_iter().map(|(_, card)| card).collect())
}

/// Activates a card that was made in a batch, and puts money on it.
///
/// # Errors
/// 404 when there is no such card, 400 when it is active or the body is wrong.
pub(super) async fn activate(app: &App, account: &str, client: &str, card_id: &str, body: &str) -> Result<CardDetails, ApiError> {
    let asked: ActivationRequest<'_> = read_object(body)?;
    check::customer("/customer_id", asked.customer_id.as_deref())?;
    check::origin(asked.originated_by.as_deref())?;
    let amount = check::amount(asked.amount, 0)?;
    let active_from = asked.active_from.unwrap_or_else(now);
    let (active_from, expires_at) = check::period(Some(&active_from), asked.expires_at.as_deref())?;
    let metadata = check::metadata(asked.metadata)?;
    let known = cards::named(app.store.pool(), account, card_id).await?.ok_or(ApiError::NotFound("Card"))?;
    let seal = |what: &str, plain: Option<&str>| app.sealer.seal_some(&private(account, &known.id, what), plain);
    let (name, originated_by, metadata) = (
        seal("name", asked.name.as_deref())?,
        seal("originated_by", asked.originated_by.as_deref())?,
        seal("metadata", metadata.as_deref())?,
    );
    let activated = Activated {
        customer_id: asked.customer_id.as_deref(),
        name: name.as_deref(),
        originated_by: originated_by.as_deref(),
        metadata: metadata.as_deref(),
        amount,
        currency: asked.currency,
        active_from: &active_from.unwrap_or_default(),
        expires_at: expires_at.as_deref(),
    };
    let gone = || ApiError::Internal("a card is gone".to_owned());
    let mut unit = app.store.unit().await?;
    if !cards::activate(unit.db(), account, &known.id, &activated).await? {
        let message = "this card is active already; POST transactions with `type` `fund` puts more on it".to_owned();
        return Err(ApiError::Invalid("card_active", message));
    }
    let card = cards::lock(unit.db(), account, &known.id).await?.ok_or_else(gone)?;
    fund_first(unit.db(), app, account, client, &card, amount, asked.currency.word()).await?;
    let card = cards::lock(unit.db(), account, &known.id).await?.ok_or_else(gone)?;
    unit.save().await?;
    let tokens = tokens::of_card(app.store.pool(), account, &card.id, &now()).await?;
    card.details(app, account, tokens, Formats::default())
}

/// Gives a card another PIN; the one before is of no use any more.
///
/// # Errors
/// 404 when there is no such card, 400 when the body is wrong.
pub(super) async fn rotate_pin(app: &App, account: &str, card_id: &str, body: &str) -> Result<RotatedPin, ApiError> {
    let RotatePinRequest { pin } = read_object(body)?;
    let card = cards::named(app.store.pool(), account, card_id).await?.ok_or(ApiError::NotFound("Card"))?;
    let shape = Shape::of(Kind::Pin, pin.format, "/pin/format")?;
    let pin = new_pin(app, &private(account, &card.id, "pin"), &shape).await?;
    cards::set_pin(&app.store, account, &card.id, &pin.kept).await?;
    Ok(RotatedPin { pin: GeneratedPin { format: shape.format().clone(), pin: pin.value } })
}
