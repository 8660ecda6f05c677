//! What is stored, as it is shown.

use serde_json::value::RawValue;

use super::model::{
    Card, CardBalances, CardDetails, CardSelf, CardStatus, CustomerCard, CustomerCardState, PinShown, SecretFormat, TokenShown,
    Transaction,
};
use super::private;
use super::store::cards::StoredCard;
use super::store::ledger::StoredTransaction;
use super::store::tokens::Masked;
use crate::App;
use crate::error::ApiError;
use crate::store::now;

impl StoredCard {
    /// What is on it, with what is reserved. A card's totals lie below 2⁵⁰.
    pub(super) fn balance(&self) -> i64 {
        self.funds.saturating_sub(self.drawn)
    }

    /// Is its time over?
    pub(super) fn is_over(&self, now: &str) -> bool {
        self.expires_at.as_deref().is_some_and(|until| until < now)
    }

    fn status(&self) -> CardStatus {
        if !self.active {
            CardStatus::Inactive
        } else if self.is_over(&now()) {
            CardStatus::Expired
        } else if self.drawn == 0 && self.reserved == 0 {
            CardStatus::Unused
        } else if self.balance() == 0 {
            CardStatus::Used
        } else {
            CardStatus::InUse
        }
    }

    /// What it is.
    pub(super) fn owned(&self, app: &App, account: &str) -> Result<CardSelf, ApiError> {
        let open = |what: &str, stored: &Option<String>| app.sealer.open_some(&private(account, &self.id, what), stored.as_ref());
        Ok(CardSelf {
            id: self.id.clone(),
            created_at: self.created_at.clone(),
            created_by: self.created_by.clone(),
            card_id: self.card_id.clone(),
            customer_id: self.customer_id.clone(),
            name: open("name", &self.name)?,
            originated_by: open("originated_by", &self.originated_by)?,
            kind: self.kind,
            status: self.status(),
            metadata: metadata(open("metadata", &self.metadata)?.as_deref())?,
            active_from: self.active_from.clone(),
            expires_at: self.expires_at.clone(),
        })
    }

    /// What is on it.
    pub(super) fn balances(&self) -> CardBalances {
        CardBalances {
            currency: self.currency.clone(),
            amount_balance: self.balance(),
            amount_available: self.balance().saturating_sub(self.reserved),
            amount_funds: self.funds,
            amount_drawdown: self.drawn,
            amount_pending: self.reserved,
            amount_reserved: self.reserved,
        }
    }

    /// That it has a PIN; with its format when asked.
    fn pin(&self, with_format: bool) -> Option<PinShown> {
        let stored = self.pin_format.as_deref()?;
        Some(PinShown { format: format(stored).filter(|_| with_format) })
    }

    pub(super) fn shown(&self, app: &App, account: &str) -> Result<Card, ApiError> {
        Ok(Card { owned: self.owned(app, account)?, amount: self.amount, balances: self.balances(), pin: self.pin(false) })
    }

    /// With its tokens; with formats when asked.
    pub(super) fn details(
        &self,
        app: &App,
        account: &str,
        tokens: Vec<Masked>,
        formats: Formats,
    ) -> Result<CardDetails, ApiError> {
        Ok(CardDetails {
            owned: self.owned(app, account)?,
            amount: self.amount,
            balances: self.balances(),
            pin: self.pin(formats.pin),
            tokens: tokens.into_iter().map(|token| token.shown(formats.tokens)).collect(),
        })
    }

    pub(super) fn of_customer(&self, app: &App, account: &str) -> Result<CustomerCard, ApiError> {
        Ok(CustomerCard { owned: self.owned(app, account)?, pin: self.pin(false) })
    }

    pub(super) fn state(&self, app: &App, account: &str, tokens: Vec<Masked>) -> Result<CustomerCardState, ApiError> {
        Ok(CustomerCardState {
            owned: self.owned(app, account)?,
            balances: self.balances(),
            pin: self.pin(false),
            tokens: tokens.into_iter().map(|token| token.shown(false)).collect(),
        })
    }
}

/// Which formats are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Formats {
    pub(super) pin: bool,
    pub(super) tokens: bool,
}

impl Masked {
    fn shown(self, with_format: bool) -> TokenShown {
        let format = format(&self.format).filter(|_| with_format);
        TokenShown { expires_at: self.expires_at, masked_code: self.code, format }
    }
}

impl StoredTransaction {
    pub(super) fn shown(self, app: &App, account: &str) -> Result<Transaction, ApiError> {
        let open = |what: &str, stored: Option<&String>| app.sealer.open_some(&private(account, &self.card, what), stored);
        Ok(Transaction {
            metadata: metadata(open("transaction", self.metadata.as_ref())?.as_deref())?,
            originated_by: open("originated_by", self.originated_by.as_ref())?,
            id: self.id,
            created_at: self.created_at,
            created_by: self.created_by,
            ref_id: self.ref_id,
            amount: self.amount,
            currency: self.currency,
            kind: self.kind,
            parent_id: self.parent_id,
        })
    }
}

fn format(stored: &str) -> Option<SecretFormat> {
    serde_json::from_str(stored).ok()
}

/// Stored metadata as it is shown.
pub(super) fn metadata(stored: Option<&str>) -> Result<Option<Box<RawValue>>, ApiError> {
    let read =
        |text: &str| RawValue::from_string(text.to_owned()).map_err(|error| ApiError::Internal(format!("metadata: {error}")));
    stored.map(read).transpose()
}
