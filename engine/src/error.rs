//! What can be wrong with a Call: one [`Problem`] per place, with a code, a JSON pointer and a
//! sentence for the person who wrote the rule or the till (§19, §22).

use std::borrow::Cow;

/// One thing that is wrong with the input, and where (§19).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which kind of problem: see [`Code`].
    pub code: Code,
    /// JSON pointer (RFC 6901) into the Call, for example `/rules/0/reward/value`.
    pub pointer: String,
    /// What is wrong and what to do, in one sentence.
    pub message: Cow<'static, str>,
}

impl Problem {
    /// A problem of this kind at this place.
    pub fn new(code: Code, pointer: impl Into<String>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, pointer: pointer.into(), message: message.into() }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The kinds of problem an input can have. The list only grows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code there is, for tests that ask whether each has a case.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as it stands in an Answer.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// The text is not JSON (or not UTF-8).
    BadJson = "bad_json",
    /// A list or object lies deeper than the reader follows.
    TooDeep = "too_deep",
    /// One object has the same member twice.
    DuplicateMember = "duplicate_member",
    /// Another JSON type was expected here.
    WrongType = "wrong_type",
    /// A member that is needed is not there.
    MissingMember = "missing_member",
    /// A number does not fit: 64-bit whole minor units, or a decimal of 18 digits.
    OutOfRange = "out_of_range",
    /// An amount or a count with decimals.
    FractionalNumber = "fractional_number",
    /// A negative amount or count where none can be.
    NegativeNumber = "negative_number",
    /// A word that is not one of the allowed ones.
    UnknownValue = "unknown_value",
    /// A date-time that is not RFC 3339, or a time of day that is not `HH:MM`.
    BadTime = "bad_time",
    /// A time zone that the IANA database does not know.
    BadZone = "bad_zone",
    /// A currency that is not three capital letters.
    BadCurrency = "bad_currency",
    /// An MCC range that is not two codes in order.
    BadMccRange = "bad_mcc_range",
    /// A rule without an id, or with an empty one.
    MissingId = "missing_id",
    /// Two rules, or two refs, with one id.
    DuplicateId = "duplicate_id",
    /// Two receipt lines with one name (§16.4).
    DuplicateLineId = "duplicate_line_id",
    /// A reward type that does not exist.
    UnknownRewardType = "unknown_reward_type",
    /// A percentage outside 0 to 100.
    PercentOutOfRange = "percent_out_of_range",
    /// `discount_item_quantity` gives away more units than it asks for.
    ValueAboveQuantity = "value_above_quantity",
    /// `purchase_to` is not after `purchase_from`.
    EmptyWindow = "empty_window",
    /// `reward.values` on a rule without `requirement.item.items`.
    ValuesWithoutItems = "values_without_items",
    /// `*` inside a mix.
    WildcardInMix = "wildcard_in_mix",
    /// `*` or `ANY_ITEM` beside other entries.
    WildcardNotAlone = "wildcard_not_alone",
    /// An entry with neither `id` nor `group_id`.
    EmptyEntry = "empty_entry",
    /// A discount code without a letter in it.
    EmptyCode = "empty_code",
    /// A mix that no item can fill.
    MixWithoutItems = "mix_without_items",
    /// A rule whose mixes all have `reward_eligible: false`.
    NoEligibleMix = "no_eligible_mix",
    /// `discount_mix_new_price` without mixes.
    MixesMissing = "mixes_missing",
    /// A mix that asks for fewer than one unit.
    MixQuantity = "mix_quantity",
    /// More than 32 mixes in one rule.
    TooManyMixes = "too_many_mixes",
    /// A debit that would be paid out as bonus.
    DebitWithBonus = "debit_with_bonus",
    /// A debit on a rule with mixes.
    DebitWithMixes = "debit_with_mixes",
    /// A stamp card of fewer than one stamp.
    StampBelowOne = "stamp_below_one",
    /// A rule that switches itself off.
    SelfActivation = "self_activation",
    /// An amount grew out of 64 bits while evaluating (§2.4).
    Overflow = "overflow",
}
