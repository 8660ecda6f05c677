//! Scopes: those that exist, and those that each operation asks for.

/// Every scope that a grant may hold, as the contract lists them.
pub const KNOWN: [&str; 49] = [
    "admin:accounts",
    "write:accounts",
    "read:accounts",
    "write:accounts:/auth/users",
    "write:accounts:/auth/users/no-mfa",
    "write:accounts:/auth/passwordless",
    "write:accounts:/auth/passwordless/code",
    "create:account",
    "create:applicant",
    "create:accounts:auth:refresh_token",
    "admin:automations",
    "write:automations",
    "read:automations",
    "admin:customers",
    "write:customers",
    "read:customers",
    "create:customers:/users",
    "public:customers",
    "user:customers",
    "user:customers:/customer/details",
    "admin:discounts",
    "write:discounts",
    "read:discounts",
    "write:discounts:/available_for_receipt",
    "read:discounts:/available_for_receipt",
    "write:discounts:/events",
    "public:discounts",
    "user:discounts",
    "admin:hooks",
    "write:hooks",
    "read:hooks",
    "admin:locations",
    "write:locations",
    "read:locations",
    "admin:receipts",
    "write:receipts",
    "read:receipts",
    "user:receipts",
    "public:receipts",
    "admin:wallets",
    "write:wallets",
    "read:wallets",
    "user:wallets",
    "write:wallets:/info",
    "write:wallets:/transactions",
    "admin:products",
    "write:products",
    "read:products",
    "public",
];

/// Everything in an account, logging customers in included: but for those who have no second factor.
pub const ALL: &str = "admin:accounts admin:automations admin:customers admin:discounts admin:hooks admin:locations admin:products \
                       admin:receipts admin:wallets public write:accounts:/auth/users";

/// Manages accounts: theirs and, for a partner, those it owns.
pub const ADMIN_ACCOUNTS: &str = "admin:accounts";

/// The scope that this text names; the older spelling, the service first (`receipts:write`), too.
pub fn known(text: &str) -> Option<&'static str> {
    let find = |text: &str| KNOWN.iter().find(|scope| **scope == text).copied();
    find(text).or_else(|| {
        let (service, verb) = text.split_once(':')?;
        find(&format!("{verb}:{service}"))
    })
}

/// A permission: holding any one of these scopes is enough.
pub trait Permission: Send + Sync {
    /// The scopes, as the contract lists them.
    const ANY_OF: &'static [&'static str];
    /// Is a token of one end user held to the customer in the path? Otherwise the handler sees to it.
    const USER_IN_PATH: bool = true;
    /// May a partner do this for itself, under its own path?
    const PARTNERS: bool = false;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = [$($scope:literal),+] $(, $user:ident = $in_path:literal)?;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $name;

            impl Permission for $name {
                const ANY_OF: &'static [&'static str] = &[$($scope),+];
                $(const $user: bool = $in_path;)?
            }
        )*

        #[cfg(test)]
        const ASKED_FOR: &[&[&str]] = &[$(&[$($scope),+]),*];
    };
}

permissions! {
    /// See clients, grants and account details.
    ReadAccounts = ["admin:accounts", "read:accounts"];
    /// Change clients and grants.
    WriteAccounts = ["admin:accounts", "write:accounts"];
    /// Read rules and refs.
    ReadDiscounts = ["admin:discounts", "read:discounts"];
    /// Change rules and refs.
    WriteDiscounts = ["admin:discounts", "write:discounts"];
    /// Read automations.
    ReadAutomations = ["admin:automations", "read:automations"];
    /// Change automations.
    WriteAutomations = ["admin:automations", "write:automations"];
    /// Read the rules of a customer, or one's own.
    ReadOwnDiscounts = ["admin:discounts", "read:discounts", "user:discounts"];
    /// Read what the public may know.
    ReadPublicDiscounts = ["admin:discounts", "read:discounts", "public:discounts"];
    /// Read claims.
    ReadClaims = ["admin:discounts", "read:discounts", "read:discounts:/available_for_receipt"];
    /// Read what a checkout needs to evaluate by itself.
    ReadSnapshot = ["admin:discounts", "read:discounts", "read:discounts:/available_for_receipt"];
    /// Tell what happened elsewhere.
    WriteEvents = ["admin:discounts", "write:discounts", "write:discounts:/events"];
    /// Read receipts.
    ReadReceipts = ["admin:receipts", "read:receipts"];
    /// Read the receipts of a customer, or one's own.
    ReadOwnReceipts = ["admin:receipts", "read:receipts", "user:receipts"];
    /// Read the receipt that a receipt token names: the token shows that one may.
    ReadReceiptOfToken = ["admin:receipts", "read:receipts", "user:receipts", "public:receipts"], USER_IN_PATH = false;
    /// Store receipts.
    WriteReceipts = ["admin:receipts", "write:receipts"];
    /// Say of a stored receipt who bought, and what was used. The contract names the scope that reads.
    CompleteReceipts = ["admin:receipts", "read:receipts", "write:receipts"];
    /// Claim the receipt that a receipt token names; end users for themselves.
    ClaimReceipts = ["admin:receipts", "write:receipts", "user:receipts"], USER_IN_PATH = false;
    /// Move receipts to another customer.
    AdminReceipts = ["admin:receipts"];
    /// Read sales locations.
    ReadLocations = ["admin:locations", "read:locations"];
    /// Change sales locations.
    WriteLocations = ["admin:locations", "write:locations"];
    /// Read catalogs, products, groups and taxes.
    ReadProducts = ["admin:products", "write:products", "read:products"];
    /// Change them.
    WriteProducts = ["admin:products", "write:products"];
    /// Read customers, their tags and tokens.
    ReadCustomers = ["admin:customers", "read:customers"];
    /// Change tags, terms, settings and token events.
    WriteCustomers = ["admin:customers", "write:customers"];
    /// Make customers.
    CreateCustomers = ["admin:customers", "write:customers", "create:customers:/users"];
    /// Read what the public may know: terms, settings, whether somebody is a customer.
    ReadPublicCustomers = ["admin:customers", "read:customers", "public:customers"];
    /// Read a customer, or oneself.
    ReadOwnDetails = ["admin:customers", "read:customers", "user:customers", "user:customers:/customer/details"];
    /// Read what hangs on a customer, or on oneself.
    ReadOwnCustomer = ["admin:customers", "read:customers", "user:customers"];
    /// Change a customer, or oneself.
    WriteOwnCustomer = ["admin:customers", "write:customers", "user:customers"];
    /// Call customers something else.
    RenameCustomers = ["admin:customers", "admin:accounts"];
    /// Log customers in by their password.
    LogIn = ["write:accounts:/auth/users", "write:accounts:/auth/users/no-mfa"];
    /// Log customers in by a code, and let them have another password.
    LogInByCode = ["write:accounts:/auth/users"];
    /// Read cards and transactions.
    ReadWallets = ["admin:wallets", "read:wallets"];
    /// Read the cards of a customer, or one's own.
    ReadOwnWallets = ["admin:wallets", "read:wallets", "user:wallets"];
    /// Make cards and what they are paid with; name cards, and put money on them.
    WriteWallets = ["admin:wallets", "write:wallets"];
    /// Read the card that a token names.
    AskWallets = ["admin:wallets", "write:wallets", "write:wallets:/info"];
    /// Pay with the card that a token names.
    MoveMoney = ["admin:wallets", "write:wallets", "write:wallets:/transactions"];
    /// Read subscriptions and deliveries of webhooks.
    ReadHooks = ["admin:hooks", "read:hooks"], PARTNERS = true;
    /// Subscribe to webhooks.
    WriteHooks = ["admin:hooks", "write:hooks"], PARTNERS = true;
    /// Look companies and places up.
    LookUp = ["public"];
    /// Recalculate receipts.
    RecalculateReceipts = ["admin:discounts", "write:discounts", "write:discounts:/available_for_receipt"];
}

pub use super::authorized::Authorized;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_operations_ask_for_can_be_granted() {
        for scope in ASKED_FOR.iter().copied().flatten().copied().chain(ALL.split(' ')) {
            assert_eq!(known(scope), Some(scope));
        }
    }

    #[test]
    fn who_may_do_everything_may_do_what_any_operation_asks_for() {
        for any_of in ASKED_FOR {
            assert!(any_of.iter().any(|scope| ALL.split(' ').any(|held| held == *scope)), "{any_of:?}");
        }
    }

    #[test]
    fn the_older_spelling_is_known() {
        assert_eq!(known("receipts:write"), Some("write:receipts"));
        for scope in ["", "receipts", "receipts:", "write:receipts ", "sudo:receipts", "ADMIN:receipts", "*"] {
            assert_eq!(known(scope), None, "{scope}");
        }
    }
}
