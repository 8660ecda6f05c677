//! Who may do what: API clients, their tokens, and scopes.

pub mod address;
pub mod attempts;
pub mod authorized;
pub mod checked;
pub mod keys;
pub mod routes;
pub mod scope;
pub mod secret;
pub mod standing;
pub mod store;
pub mod token;
pub mod told;

use std::sync::Arc;

use self::address::owner_of;
use self::attempts::Attempts;
use self::checked::Checked;
use self::keys::Keys;
use self::standing::Standings;
use self::store::grants::Standing;
use self::token::Claims;
use crate::App;
use crate::error::ApiError;
use crate::sealed::Sealer;
use crate::store::Store;

/// Tokens whose claims are remembered.
const MOST_CHECKED: usize = 10_000;

/// What is needed to tell who asks.
pub struct Auth {
    /// What tokens are signed with.
    pub keys: Keys,
    /// A hash that no secret has, checked when the client is unknown.
    pub nobody_hash: String,
    /// Wrong secrets of late.
    pub attempts: Attempts,
    /// How clients stand.
    pub standings: Standings,
    checked: Checked,
}

impl Auth {
    /// For this database; makes the keys when it has none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load(store: &Store, sealer: &Sealer) -> Result<Self, ApiError> {
        Ok(Self {
            keys: Keys::load(store, sealer).await?,
            nobody_hash: secret::hash(secret::new()).await?,
            attempts: Attempts::default(),
            standings: Standings::default(),
            checked: Checked::new(MOST_CHECKED),
        })
    }

    /// Whose token this is; `None` when it is not ours, is over, or was ended.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn caller(app: &App, token: &str) -> Result<Option<Caller>, ApiError> {
        let now = chrono::Utc::now().timestamp().unsigned_abs();
        let auth = &app.auth;
        let Some(claims) = auth.checked.get(token, now, || auth.keys.check(token)) else { return Ok(None) };
        let Some(standing) = auth.standings.get(&app.store, &claims.sub).await? else { return Ok(None) };
        let caller = Caller { claims, standing };
        Ok((caller.claims.generation == caller.standing.generation && caller.grants().next().is_some()).then_some(caller))
    }
}

/// Who asks, and what it may do.
#[derive(Debug, Clone)]
pub struct Caller {
    claims: Arc<Claims>,
    standing: Arc<Standing>,
}

impl Caller {
    /// The account or partner that the token is for.
    pub fn owner(&self) -> &str {
        owner_of(&self.claims.aud).unwrap_or_default()
    }

    /// The id of the API client.
    pub fn client(&self) -> &str {
        &self.claims.sub
    }

    /// Does it hold this scope: by its token, and still by the grants that the token came from?
    pub fn holds(&self, scope: &str) -> bool {
        let among = |scopes: &str| scopes.split(' ').any(|held| held == scope);
        among(&self.claims.scope) && self.grants().any(among)
    }

    /// The scopes of each grant that the token came from and that still stands.
    fn grants(&self) -> impl Iterator<Item = &str> {
        let owner = self.owner();
        let stands = move |grant: &&store::grants::Granted| grant.audience == owner && self.claims.grants.contains(&grant.id);
        self.standing.grants.iter().filter(stands).map(|grant| grant.scopes.as_str())
    }
}
