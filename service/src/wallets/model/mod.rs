//! Cards and transactions as they go over the wire.
#![expect(missing_docs, reason = "the contract's own names")]

mod card;
mod request;
mod secret;
mod transaction;

pub use self::card::{
    Card, CardBalances, CardCurrency, CardDetails, CardType, CardWithSecrets, Cards, CustomerCard, CustomerCardState,
};
pub use self::card::{CardSelf, CardStatus, MadeCards, PinShown, TokenShown};
pub use self::request::{
    ActivationRequest, BatchOptions, BatchRequest, BatchSecret, CaptureRequest, CardInfoRequest, CardRequest, CardToken,
    CardTokenRequest, NamedCard, PinRequest, RotatePinRequest, TransactionKind, TransactionRequest, VoidRequest,
};
pub use self::secret::{GeneratedPin, GeneratedToken, Hidden, RotatedPin, SecretFormat, SecretValue, WalletToken};
pub use self::transaction::{Transaction, TransactionType};
