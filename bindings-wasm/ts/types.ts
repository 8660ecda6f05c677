// Generated from the engine's types and the service's OpenAPI document: `UPDATE_TYPES=1 cargo test -p rabatt-tests --test typescript`.
// Do not edit.

/** A date-time with its offset, as `2024-06-01T12:00:00+02:00` (RFC 3339). */
export type Instant = string;

/** Whole minor units: øre, cents. */
export type Minor = number;

/** What a Call is answered with. */
export type Answer = Answered | Failure;

/** How `reward.value` is read. */
export type RewardType =
  | "discount_amount"
  | "discount_percent"
  | "discount_item_new_price"
  | "discount_item_quantity"
  | "discount_item_percent"
  | "discount_mix_new_price"
  | "discount_debit";

/** Which amount a reward is computed from. */
export type Base =
  | "gross"
  | "net";

/** What becomes of the amount: taken off, or earned. */
export type Effect =
  | "discount"
  | "bonus";

/** Which lines may be rewarded. */
export type Eligible =
  | "item_eligible_for_discount"
  | "item_eligible_for_discount_no_discount"
  | "receipt_no_discount";

/** A day of the week. */
export type Day =
  | "mon"
  | "tue"
  | "wed"
  | "thu"
  | "fri"
  | "sat"
  | "sun";

/** Where in the evaluation something was given. */
export type Stage =
  | "deal"
  | "item"
  | "any_item"
  | "receipt"
  | "debit"
  | "bonus"
  | "stamp";

/** What became of a rule. */
export type VerdictName =
  | "applied"
  | "partly_applied"
  | "lost"
  | "not_applied";

/** Why a rule gave nothing; `store.` and `customer.` are followed by the member that does not match. */
export type ReasonCode =
  | "inactive"
  | "not_started"
  | "ended"
  | "ref_missing"
  | "ref_expired"
  | "usage_exhausted"
  | "outside_hours"
  | "currency"
  | "code_missing"
  | "gross_below"
  | "net_below"
  | "no_matching_items"
  | "quantity_below"
  | "mix_incomplete"
  | "existing_discount"
  | "deactivated"
  | "stamps_below"
  | "no_effect"
  | `store.${string}`
  | `customer.${string}`;

/** What can be wrong with rules, receipts, facts and options. The list only grows. */
export type ProblemCode =
  | "bad_json"
  | "too_deep"
  | "duplicate_member"
  | "wrong_type"
  | "missing_member"
  | "out_of_range"
  | "fractional_number"
  | "negative_number"
  | "unknown_value"
  | "bad_time"
  | "bad_zone"
  | "bad_currency"
  | "bad_mcc_range"
  | "missing_id"
  | "duplicate_id"
  | "duplicate_line_id"
  | "unknown_reward_type"
  | "percent_out_of_range"
  | "value_above_quantity"
  | "empty_window"
  | "values_without_items"
  | "wildcard_in_mix"
  | "wildcard_not_alone"
  | "empty_entry"
  | "empty_code"
  | "mix_without_items"
  | "no_eligible_mix"
  | "mixes_missing"
  | "mix_quantity"
  | "too_many_mixes"
  | "debit_with_bonus"
  | "debit_with_mixes"
  | "stamp_below_one"
  | "self_activation"
  | "overflow";

/** What a merchant wrote: requirement, reward, limitation. */
export interface Rule {
  /** Unique among the rules. */
  id: string;
  /** True when absent. */
  active?: boolean | null;
  /** Decides between rules of one priority; the earlier comes first. */
  created_at?: Instant | null;
  /** A deleted rule gives nothing. */
  deleted_at?: Instant | null;
  /** What stands on the receipt beside the discount. */
  receipt_text?: string | null;
  /** What must hold. */
  requirement?: Requirement | null;
  /** What is given. */
  reward: Reward;
  /** How often, when, with what. */
  limitation?: Limitation | null;
  /** Which rules come first, and which stand for each other. */
  stacking?: Stacking | null;
  /** Left out: an answer has refs of its own. */
  refs?: unknown;
  campaign_id?: string | null;
  created_by?: string | null;
  deleted_by?: string | null;
  description?: string | null;
  links?: Link[] | null;
  metadata?: Record<string, unknown> | null;
  name?: string | null;
  private?: boolean | null;
  type?: RuleType | null;
  updated_at?: Instant | null;
  updated_by?: string | null;
  visible_from?: Instant | null;
}

/** What must hold for a rule to give anything. Everything that is given must hold. */
export interface Requirement {
  /** First instant of the window. */
  purchase_from?: Instant | null;
  /** First instant after the window. */
  purchase_to?: Instant | null;
  /** Least gross amount of the receipt. */
  gross_amount?: Minor | null;
  /** Least net amount of the receipt. */
  net_amount?: Minor | null;
  /** Any one of these holds. */
  currencies?: (string | AnythingBut)[] | null;
  /** A code that must be on the receipt, typed or scanned. */
  discount_code?: string | null;
  /** Members of the store; each any-of its list. */
  store?: StoreNeed | null;
  /** Any-of on the store's id; `*` is any. */
  store_ids?: string[] | null;
  /** Members of the customer; lists are any-of. */
  customer?: CustomerNeed | null;
  /** Which lines the rule looks at. */
  item?: ItemRequirement | null;
  /** Stamps for one reward. */
  stamp?: number | null;
}

/** Currencies that are not accepted. */
export interface AnythingBut {
  "anything-but": string | string[];
}

/** What a rule asks of the store. */
export interface StoreNeed {
  address?: StoreRequirementAddress | null;
  bax?: string[] | null;
  business_name?: string[] | null;
  chain?: string[] | null;
  email?: string[] | null;
  gln?: string[] | null;
  id?: string[] | null;
  mcc?: string[] | null;
  mcc_ranges?: StoreRequirementMccRange[] | null;
  name?: string[] | null;
  organization_number?: string[] | null;
  phone_number?: string[] | null;
  terminal_id?: string[] | null;
  [member: string]: unknown;
}

/** What a rule asks of the customer. */
export interface CustomerNeed {
  addresses?: CustomerRequirementAddresse[] | null;
  attributes?: Record<string, unknown> | null;
  company?: CustomerRequirementCompany | null;
  date_of_birth?: string[] | null;
  enrolled_by?: CustomerRequirementEnrolledBy | null;
  favorite_store?: string[] | null;
  first_name?: string[] | null;
  gender?: string[] | null;
  last_name?: string[] | null;
  marketing_consent?: CustomerRequirementMarketingConsent | null;
  status?: string[] | null;
  term?: CustomerRequirementTerm | null;
  type?: string[] | null;
  [member: string]: unknown;
}

/** Which lines a rule looks at, and how many units it asks for. */
export interface ItemRequirement {
  /** Units for one fulfilment, 1 when absent. */
  quantity?: number | null;
  /** Any-of. Absent, empty or `*` alone: every line. `ANY_ITEM`: lines that no other item rule rewards. */
  items?: Entry[] | null;
  /** Sets of units that are bought together. */
  mixes?: Mix[] | null;
}

/** An item by id, by group, or both at once; never neither. */
export interface Entry {
  /** The line's id. */
  id?: string | null;
  /** One of the line's groups. */
  group_id?: string | null;
}

/** So many units out of its own items. */
export interface Mix {
  /** Any-of; no wildcards. */
  items: Entry[];
  /** At least 1. */
  quantity: number;
  /** Do its units take part in the reward? True when absent. */
  reward_eligible?: boolean | null;
}

/** What is given. */
export interface Reward {
  /** How `value` is read. */
  type: RewardType;
  /** Percent for the percentage kinds, else minor units or units. */
  value: number;
  /** Other values for certain items; the first match wins. */
  values?: ValueFor[] | null;
  /** `gross` when absent. */
  base?: Base | null;
  /** `discount` when absent. */
  effect?: Effect | null;
}

/** Another value for certain items. */
export interface ValueFor {
  /** Any-of. */
  items: Entry[];
  /** Instead of `reward.value`. */
  value: number;
}

/** How often, when, with what. */
export interface Limitation {
  /** Hours of the local week. */
  discount_hours?: Hours | null;
  /** Most rewards in a purchase; -1 is no limit. */
  discount_reward_usage?: number | null;
  /** Most purchases per ref; -1 is no limit. */
  discount_repeat_usage?: number | null;
  /** -1 combines with everything, 0 with no other discount. */
  discount_combination?: number | null;
  /** Which lines may be rewarded. */
  discount_eligible?: Eligible | null;
  /** Items never rewarded. */
  blacklist?: Entry[] | null;
  /** Rules that switch this one off. */
  discount_activation?: Activation[] | null;
  /** Days a ref lasts after it was given. */
  dynamic_purchase_to_days?: number | null;
  /** Days a stamp lasts; -1 is for ever. */
  stamp_expire_days?: number | null;
  /** Most that the rule gives in a purchase. */
  max_discount_amount?: Minor | null;
  /** Most that the rule gives to all customers; counted by the service. */
  budget_amount?: Minor | null;
  /** Most purchases of all customers; counted by the service. */
  budget_usage?: number | null;
}

/** When a rule may be used, in local time. */
export interface Hours {
  /** An IANA name; `Europe/Oslo` when absent. */
  timezone?: string | null;
  /** Any-of; none: any hour. */
  hours?: Period[] | null;
}

/** One period of the week. */
export interface Period {
  /** The day on which it begins. */
  day: Day;
  /** `HH:MM`. */
  start: string;
  /** `HH:MM`; not after `start`: the next day. */
  end: string;
}

/** A rule that switches this one off. */
export interface Activation {
  type: "deactivate_if_discount_active";
  /** The other rule's id. */
  value: string;
}

/** Which rules come first, and which stand for each other. */
export interface Stacking {
  /** Higher comes first; 0 when absent. */
  priority?: number | null;
  /** Of one group only the best rule takes part. */
  group?: string | null;
}

/** The purchase. Members that are not known here come back as they are; add them to this interface to write them. */
export interface Receipt {
  /** The instant at which rules are judged. */
  purchase_at: Instant;
  /** ISO 4217. */
  currency?: string | null;
  /** Where it was bought. */
  store?: Store | null;
  /** Who bought it. */
  customer?: Customer | null;
  /** Codes that the customer typed. */
  discount_code?: string | string[] | null;
  /** The lines. */
  items?: ReceiptItem[] | null;
  /** Did any rule give anything? Written by the answer. */
  is_changed?: boolean | null;
  /** Written by the answer; entries of other rules stay. */
  discounts?: unknown[] | null;
  /** Written anew with `amounts`. */
  net_amount?: Minor | null;
  /** Written anew with `amounts`. */
  total_discount?: Minor | null;
  amount_due?: number | null;
  amount_due_dwh?: string | null;
  comment?: string | null;
  created_at?: Instant | null;
  created_by?: string | null;
  customer_id?: string | null;
  deleted_at?: Instant | null;
  deleted_by?: string | null;
  delivery?: ReceiptDelivery | null;
  entry_status?: ReceiptEntryStatus | null;
  extra_info?: ExtraInfo[] | null;
  gross_amount?: number | null;
  gross_amount_dwh?: string | null;
  id?: string | null;
  infocode_items?: InfoCodeItem[] | null;
  net_amount_dwh?: string | null;
  no_of_items?: number | null;
  operator_id?: string | null;
  operator_name?: string | null;
  order_number?: string | null;
  payments?: PaymentItem[] | null;
  receipt_id?: string | null;
  receipt_text?: string | null;
  round_off_to_coin?: number | null;
  salesperson_id?: string | null;
  salesperson_name?: string | null;
  tax_lines?: TaxItem[] | null;
  total_manual_discount_amount?: number | null;
  total_manual_percentage_discount?: number | null;
  transaction_date?: Instant | null;
  transaction_id?: string | null;
  updated_at?: Instant | null;
}

/** One line. */
export interface ReceiptItem {
  /** The product. */
  id?: string | null;
  /** Unique; a line without one is called by its position, from 1. */
  line_id?: number | null;
  /** The product's groups. */
  groups?: ReceiptGroup[] | null;
  /** Pieces, or kilograms and the like; 1 when absent. */
  quantity?: number | null;
  /** Of the whole line. */
  gross_amount?: Minor | null;
  /** Of one unit, where `gross_amount` is absent. */
  unit_gross_price?: Minor | null;
  /** False when absent. */
  eligible_for_discount?: boolean | null;
  voided?: boolean | null;
  is_return_item?: boolean | null;
  /** Sold by weight: one unit, whatever the quantity. */
  scale_item?: boolean | null;
  /** Discounts that are on the line already. */
  discount_lines?: DiscountLine[] | null;
  /** Bonus that was earned already. */
  bonus_lines?: BonusLine[] | null;
  /** Did any rule give anything here? Written by the answer. */
  is_changed?: boolean | null;
  /** Written anew with `amounts`. */
  net_amount?: Minor | null;
  /** Written anew with `amounts`. */
  total_discount?: Minor | null;
  barcode?: string | null;
  comment?: string | null;
  cost_price?: number | null;
  description?: string | null;
  description_alias?: string | null;
  dimension?: Dimension | null;
  discount_has_been_keyedIn?: boolean | null;
  extra_info?: ExtraInfo[] | null;
  gross_amount_dwh?: string | null;
  included_in_total_discount?: boolean | null;
  infocode_lines?: InfoCodeItem[] | null;
  is_linked_item?: boolean | null;
  is_virtual_product?: boolean | null;
  net_amount_dwh?: string | null;
  price_has_been_keyedIn?: boolean | null;
  salesperson_id?: string | null;
  salesperson_name?: string | null;
  serial_id?: string | null;
  tax_lines?: TaxItem[] | null;
  tax_percent?: number | null;
  unit?: string | null;
}

/** A group that a product belongs to. */
export interface ReceiptGroup {
  id?: string | null;
  name?: string | null;
}

/** A discount on a line. */
export interface DiscountLine {
  amount?: Minor | null;
  /** The rule that gave it. */
  discount_id?: string | null;
  /** Of percentage rewards. */
  percentage?: number | null;
  /** `external` for what the answer writes. */
  discount_type?: string | null;
  /** The rule's `receipt_text`. */
  description?: string | null;
  /** Its place in the list, from 0. */
  line_id?: number | null;
}

/** Bonus earned on a line. */
export interface BonusLine {
  bonus?: Minor | null;
  /** The rule that gave it. */
  discount_id?: string | null;
  /** Of percentage rewards. */
  percentage?: number | null;
  /** `external` for what the answer writes. */
  discount_type?: string | null;
  /** The rule's `receipt_text`. */
  description?: string | null;
  /** Its place in the list, from 0. */
  line_id?: number | null;
}

/** Where something is bought. */
export interface Store {
  address?: Address | null;
  bax?: string | null;
  business_name?: string | null;
  chain?: string | null;
  email?: string | null;
  gln?: string | null;
  id?: string | null;
  mcc?: string | null;
  name?: string | null;
  organization_number?: string | null;
  payout_destination_id?: string | null;
  phone_number?: string | null;
  terminal_id?: string | null;
  [member: string]: unknown;
}

/** Who buys. */
export interface Customer {
  addresses?: ReceiptCustomerAddresse[] | null;
  company?: ReceiptCustomerCompany | null;
  date_of_birth?: string | null;
  email?: string | null;
  enrolled_by?: ReceiptCustomerEnrolledBy | null;
  favorite_store?: string | null;
  first_name?: string | null;
  gender?: string | null;
  last_name?: string | null;
  marketing_consent?: ReceiptCustomerMarketingConsent | null;
  metadata?: Record<string, unknown> | null;
  pays_tax?: boolean | null;
  phone_number?: string | null;
  status?: string | null;
  term?: ReceiptCustomerTerm | null;
  token?: ReceiptCustomerToken | null;
  type?: ReceiptCustomerType | null;
  [member: string]: unknown;
}

/** What is known beyond the receipt. */
export interface Facts {
  /** Exactly the refs this purchase may use. Absent: one of every rule, unused. */
  refs?: Ref[] | null;
  /** Stored members; those on the receipt win. */
  customer?: Customer | null;
}

/** One gift of a rule. Statistics stand beside its id, or in `statistics`, which then count. */
export interface Ref extends Statistics {
  id: string;
  /** The rule it is a gift of. */
  rule_id: string;
  /** Refs without it come first. */
  given_at?: Instant | null;
  /** A deleted ref gives nothing. */
  deleted_at?: Instant | null;
  /** Totals over earlier purchases. */
  statistics?: Statistics | null;
}

/** Totals of a ref over earlier purchases; 0 when absent. */
export interface Statistics {
  /** Purchases in which it gave something. */
  usage?: number | null;
  /** Discount given. */
  amount?: Minor | null;
  /** Bonus given. */
  bonus?: Minor | null;
  /** Stamps ever earned. */
  stamp?: number | null;
  /** Stamps since the last reward. */
  current_stamp?: number | null;
  /** What is left of a debit; `reward.value` when absent. */
  debit_balance?: Minor | null;
}

/** How to evaluate. */
export interface Options {
  /** Say of every rule why it did what it did. */
  explain?: boolean | null;
  /** Most steps of the search for the best deals. */
  steps?: number | null;
  /** Also write `net_amount` and `total_discount` anew. */
  amounts?: "recalculated" | null;
}

/** Rules and facts for evaluating offline, as `GET discounts/snapshot` gives them. */
export interface Snapshot {
  /** Hash of the rules, as the service has them. */
  plan?: string | null;
  rules: Rule[];
  /** Used where none are given. */
  facts?: Facts | null;
}

/** Everything that an evaluation needs. */
export interface Call {
  rules: Rule[];
  receipt: Receipt;
  facts?: Facts | null;
  options?: Options | null;
}

/** The receipt with what the rules gave, and the outcome. */
export interface Answered {
  ok: true;
  /** As sent, and what the rules gave. */
  receipt: RecalculatedReceipt;
  /** What was given, by rule and line. */
  outcome: Outcome;
}

/** What is wrong with a Call. */
export interface Failure {
  ok: false;
  /** Every problem at once. */
  errors: Problem[];
}

/** One thing that is wrong, and where. */
export interface Problem {
  code: ProblemCode;
  /** JSON pointer (RFC 6901) to the place. */
  pointer: string;
  /** What is wrong and what to do, in one sentence. */
  message: string;
}

/** A receipt with what the rules gave. */
export interface RecalculatedReceipt extends Omit<Receipt, "is_changed" | "discounts"> {
  /** Did any rule give anything? */
  is_changed: boolean;
  /** The rules that gave something, in rule order; behind entries of other rules that were there, which stay as they are. */
  discounts: GivenRule[];
}

/** A rule that gave something, and through which refs. */
export interface GivenRule extends Omit<Rule, "refs"> {
  refs: GivenRef[];
}

/** What one ref gave. */
export interface GivenRef {
  id: string;
  /** 1 when it gave discount or bonus, else 0. */
  usage: number;
  /** Discount. */
  amount: Minor;
  /** Bonus. */
  bonus: Minor;
  /** Stamps earned. */
  stamp: number;
  /** By line. */
  items: GivenLine[];
  /** With this purchase included. */
  statistics: GivenStatistics;
}

/** What one ref gave on one line. */
export interface GivenLine {
  line_id: number;
  /** Discount. */
  amount: Minor;
  /** Bonus. */
  bonus: Minor;
}

/** A ref's totals with this purchase included. */
export interface GivenStatistics {
  /** Purchases in which it gave something. */
  usage: number;
  /** Discount given. */
  amount: Minor;
  /** Bonus given. */
  bonus: Minor;
  /** Stamps ever earned. */
  stamp: number;
  /** Stamps since the last reward, for rules with stamps. */
  current_stamp?: number;
  /** What is left, for debits. */
  debit_balance?: Minor;
}

/** What an evaluation found. */
export interface Outcome {
  /** Hash of the rules. */
  plan: string;
  /** The receipt's. */
  currency?: string;
  /** Sums over the counting lines. */
  totals: Totals;
  /** In rule order, then ref order. */
  applied: Applied[];
  /** Is the choice of deals proven to be the best? */
  optimal: boolean;
  /** Where it is not: the best may be better by at most this much. */
  gap?: Minor;
  /** What to record. */
  entries: LedgerEntry[];
  /** With `explain`: one for every rule. */
  explain?: Verdict[];
}

/** Sums over the counting lines. */
export interface Totals {
  /** Before any discount. */
  gross: Minor;
  /** On the receipt already. */
  existing_discount: Minor;
  /** Given by the rules. */
  discount: Minor;
  /** What is left to pay. */
  net: Minor;
  /** Earned. */
  bonus: Minor;
}

/** What one ref of one rule gave. */
export interface Applied {
  rule_id: string;
  ref_id: string;
  /** Where in the evaluation. */
  stage: Stage;
  /** Discount. */
  amount: Minor;
  /** Bonus. */
  bonus: Minor;
  /** Stamps earned. */
  stamp: number;
  /** 1 when discount or bonus was given, else 0. */
  usage: number;
  /** By line. */
  lines: GivenLine[];
}

/** What to record of a ref. */
export interface LedgerEntry {
  rule_id: string;
  ref_id: string;
  /** 1 when discount or bonus was given, else 0. */
  usage: number;
  /** Discount. */
  amount: Minor;
  /** Bonus. */
  bonus: Minor;
  /** Stamps earned. */
  stamp: number;
  /** Stamps paid for rewards. */
  stamp_spent: number;
  /** Taken from the debit's balance. */
  debit: Minor;
}

/** Why a rule did what it did. */
export interface Verdict {
  rule_id: string;
  verdict: VerdictName;
  /** Of `lost`: the rule it stood back for, when it was one. */
  lost_to?: string;
  /** Of `lost`: by how much. */
  by?: Minor;
  /** All that speaks against it. */
  reasons: Reason[];
  /** One numeric reason stands alone against it. */
  near_miss?: true;
  /** Of a near miss: what it would give. */
  potential?: Minor;
}

/** One reason against a rule; numeric ones say what there is and what is needed. */
export interface Reason {
  code: ReasonCode;
  /** Minor units, units or stamps. */
  have?: number;
  /** Same unit. */
  need?: number;
  /** Same unit. */
  missing?: number;
}

/** Address of the contract. */
export interface Address {
  address_line?: string | null;
  address_line_2?: string | null;
  country?: string | null;
  postal_code?: string | null;
  postal_place?: string | null;
}

/** CustomerRequirementAddresse of the contract. */
export interface CustomerRequirementAddresse {
  country?: string[] | null;
  custom_type?: string[] | null;
  postal_code?: string[] | null;
  postal_place?: string[] | null;
  type?: string[] | null;
}

/** CustomerRequirementCompany of the contract. */
export interface CustomerRequirementCompany {
  bussiness_name?: string[] | null;
  department?: string[] | null;
  industry?: string[] | null;
  number_of_employees?: string[] | null;
  organization_number?: string[] | null;
  website?: string[] | null;
}

/** CustomerRequirementEnrolledBy of the contract. */
export interface CustomerRequirementEnrolledBy {
  type?: string[] | null;
  value?: string[] | null;
}

/** CustomerRequirementMarketingConsent of the contract. */
export interface CustomerRequirementMarketingConsent {
  email?: CustomerRequirementMarketingConsentEmail | null;
  sms?: CustomerRequirementMarketingConsentSms | null;
}

/** CustomerRequirementMarketingConsentEmail of the contract. */
export interface CustomerRequirementMarketingConsentEmail {
  consent?: string[] | null;
}

/** CustomerRequirementMarketingConsentSms of the contract. */
export interface CustomerRequirementMarketingConsentSms {
  consent?: string[] | null;
}

/** CustomerRequirementTerm of the contract. */
export interface CustomerRequirementTerm {
  id?: string[] | null;
}

/** Dimension of the contract. */
export interface Dimension {
  color?: string | null;
  config?: string | null;
  size?: string | null;
  style?: string | null;
  variant?: string | null;
}

/** One of the contract's words. */
export type DiscountType =
  | "customer"
  | "periodic"
  | "manual"
  | "loyalty"
  | "total"
  | "employee"
  | "external";

/** ExtraInfo of the contract. */
export interface ExtraInfo {
  key?: string | null;
  value?: string | null;
  value_type?: ExtraInfoValueType | null;
}

/** One of the contract's words. */
export type ExtraInfoValueType =
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "datetime";

/** InfoCodeItem of the contract. */
export interface InfoCodeItem {
  amount?: number | null;
  amount_dwh?: string | null;
  infocode_id?: string | null;
  information?: string | null;
  input_type?: number | null;
  line_id?: number | null;
  sub_infocode_id?: string | null;
  withdrawal_from_stock?: boolean | null;
}

/** One of the contract's words. */
export type LimitationDiscountActivationItemType =
  | "deactivate_if_discount_active";

/** One of the contract's words. */
export type LimitationDiscountEligible =
  | "item_eligible_for_discount"
  | "item_eligible_for_discount_no_discount"
  | "receipt_no_discount";

/** Link of the contract. */
export interface Link {
  href?: string | null;
  rel?: string | null;
  type?: string | null;
}

/** PaymentItem of the contract. */
export interface PaymentItem {
  amount?: number | null;
  card_info?: CardInfo | null;
  description?: string | null;
  infocode_lines?: InfoCodeItem[] | null;
  line_id?: number | null;
  reference_id?: string | null;
  token_id?: string | null;
  token_type?: string | null;
  type_id?: string | null;
  voided?: boolean | null;
}

/** CardInfo of the contract. */
export interface CardInfo {
  balance_amount?: number | null;
  card_amount?: number | null;
  card_number?: string | null;
  card_type?: string | null;
  issuer_id?: number | null;
  issuer_name?: string | null;
  receipt?: string | null;
  session_id?: string | null;
  terminal_id?: string | null;
}

/** ReceiptCustomerAddresse of the contract. */
export interface ReceiptCustomerAddresse {
  address_line?: string | null;
  address_line_2?: string | null;
  country?: string | null;
  custom_type?: string | null;
  postal_code?: string | null;
  postal_place?: string | null;
  type?: string | null;
}

/** ReceiptCustomerCompany of the contract. */
export interface ReceiptCustomerCompany {
  bussiness_name?: string | null;
  department?: string | null;
  industry?: string | null;
  number_of_employees?: string | null;
  organization_number?: string | null;
  website?: string | null;
}

/** ReceiptCustomerEnrolledBy of the contract. */
export interface ReceiptCustomerEnrolledBy {
  type?: string | null;
  value?: string | null;
}

/** ReceiptCustomerMarketingConsent of the contract. */
export interface ReceiptCustomerMarketingConsent {
  email?: ReceiptCustomerMarketingConsentEmail | null;
  sms?: ReceiptCustomerMarketingConsentSms | null;
}

/** ReceiptCustomerMarketingConsentEmail of the contract. */
export interface ReceiptCustomerMarketingConsentEmail {
  consent?: boolean | null;
  updated_at?: Instant | null;
}

/** ReceiptCustomerMarketingConsentSms of the contract. */
export interface ReceiptCustomerMarketingConsentSms {
  consent?: boolean | null;
  updated_at?: Instant | null;
}

/** ReceiptCustomerTerm of the contract. */
export interface ReceiptCustomerTerm {
  id?: string | null;
}

/** ReceiptCustomerToken of the contract. */
export interface ReceiptCustomerToken {
  token_id?: string | null;
  type?: string | null;
  value?: string | null;
}

/** One of the contract's words. */
export type ReceiptCustomerType =
  | "customer"
  | "company"
  | "contact"
  | "employee"
  | "other";

/** ReceiptDelivery of the contract. */
export interface ReceiptDelivery {
  address?: Address | null;
  email?: string | null;
  first_name?: string | null;
  last_name?: string | null;
  phone_number?: string | null;
}

/** One of the contract's words. */
export type ReceiptEntryStatus =
  | "None"
  | "Voided"
  | "Posted"
  | "Concluded"
  | "Cancelled"
  | "OnHold"
  | "Training";

/** One of the contract's words. */
export type RewardBase =
  | "net"
  | "gross";

/** One of the contract's words. */
export type RewardEffect =
  | "discount"
  | "bonus";

/** An item rule looks at certain lines, a receipt rule at the receipt as one. */
export type RuleType =
  | "item"
  | "receipt";

/** StoreRequirementAddress of the contract. */
export interface StoreRequirementAddress {
  country?: string[] | null;
  postal_code?: string[] | null;
  postal_place?: string[] | null;
}

/** StoreRequirementMccRange of the contract. */
export interface StoreRequirementMccRange {
  end?: string | null;
  start?: string | null;
}

/** TaxItem of the contract. */
export interface TaxItem {
  amount?: number | null;
  amount_dwh?: string | null;
  exempt?: boolean | null;
  included_in_price?: boolean | null;
  percentage?: number | null;
  tax_basis?: number | null;
  tax_basis_dwh?: string | null;
  tax_code?: string | null;
  tax_group?: string | null;
}
