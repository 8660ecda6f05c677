//! Calls from seeds: small universes, so that rules hit and get into each other's way. One seed is
//! one Call, on every machine, so a failing seed is a complete report.

use serde_json::{Map, Value, json};

/// How much to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Up to two rules on three lines.
    Tiny,
    /// Up to six rules on six lines: what the reference can follow.
    Normal,
    /// Many rules and lines, long quantities: for laws on the engine only.
    Large,
}

/// A Call of [`Size::Normal`].
pub fn call(seed: u64) -> Value {
    call_of(Size::Normal, seed)
}

/// A Call of this size.
pub fn call_of(size: Size, seed: u64) -> Value {
    let mut random = Random::new(seed);
    let universe = Universe::new(size, &mut random);
    let rules = universe.rules(&mut random);
    let receipt = universe.receipt(&mut random, &rules);
    let mut call = json!({ "rules": rules, "receipt": receipt });
    if random.percent(40) {
        call["facts"] = universe.facts(&mut random, &call["rules"]);
    }
    call
}

/// SplitMix64.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator whose whole future is this seed.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `n`, which is at least 1.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.bits() % n.max(1) as u64).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of these; there is at least one.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// In random order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }
}

const GROUPS: &[&str] = &["g1", "g2", "g3"];
const STORES: &[&str] = &["s1", "s2"];
const CODES: &[&str] = &["TACO", " taco ", "Påske", "PÅSKE", "x1"];
const CURRENCIES: &[&str] = &["NOK", "SEK", "JPY"];
/// Around opening hours, midnight in Oslo, and the nights on which the clocks change there.
const INSTANTS: &[&str] = &[
    "2024-06-07T10:00:00Z",
    "2024-06-07T19:59:59Z",
    "2024-06-07T20:00:00Z",
    "2024-06-07T22:00:00Z",
    "2024-06-08T01:30:00+02:00",
    "2024-06-05T12:00:00Z",
    "2024-03-31T00:59:59Z",
    "2024-03-31T01:00:00Z",
    "2024-10-27T00:30:00Z",
    "2024-10-27T01:30:00Z",
    "2024-12-31T23:59:59.5Z",
];

struct Universe {
    size: Size,
    ids: Vec<&'static str>,
    prices: Vec<i64>,
    at: &'static str,
    /// Little but deals, and little against them, so that they compete for units.
    deals: bool,
}

impl Universe {
    fn new(size: Size, random: &mut Random) -> Self {
        let ids = ["a", "b", "c", "d", "e", "f"];
        let pool = [100, 100, 250, 333, 999, 1000, 1234, 2500, 7, 1, 50];
        let n = 3 + random.below(4);
        // Few prices make ties, many make odd remainders.
        let prices = (0..2 + random.below(4)).map(|_| *random.pick(&pool)).collect();
        Universe { size, ids: ids[..n].to_vec(), prices, at: random.pick::<&'static str>(INSTANTS), deals: random.percent(35) }
    }

    fn id(&self, random: &mut Random) -> &'static str {
        random.pick::<&'static str>(&self.ids)
    }

    fn rules(&self, random: &mut Random) -> Vec<Value> {
        let n = match self.size {
            Size::Tiny => random.below(3),
            Size::Normal if self.deals => 2 + random.below(5),
            Size::Normal => *random.pick(&[0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 6]),
            Size::Large => random.below(31),
        };
        let mut rules: Vec<Value> = (0..n).map(|i| self.rule(random, i, n)).collect();
        random.shuffle(&mut rules);
        rules
    }

    fn rule(&self, random: &mut Random, i: usize, n: usize) -> Value {
        let mut rule = Map::new();
        let mut put = |name: &str, value: Value| drop(rule.insert(name.to_owned(), value));
        put("id", json!(format!("r{i}")));
        if random.percent(50) {
            put("created_at", json!(random.pick(&["2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00", "2024-02-01T00:00:00Z"])));
        }
        if random.percent(30) {
            put("receipt_text", json!("Tilbud"));
        }
        if random.percent(4) {
            put("active", json!(random.percent(50)));
        }
        if random.percent(2) {
            put("deleted_at", json!("2024-01-01T00:00:00Z"));
        }
        if random.percent(10) {
            put("metadata", json!({ "unknown": [1, null, "x"] }));
        }
        let (requirement, reward) = self.offer(random);
        put("requirement", requirement);
        put("reward", reward);
        if random.percent(if self.deals { 35 } else { 60 }) {
            put("limitation", self.limitation(random, i, n));
        }
        if random.percent(25) {
            let mut stacking = Map::new();
            if random.percent(60) {
                stacking.insert("priority".to_owned(), json!(*random.pick(&[-1, 1, 2])));
            }
            if random.percent(60) {
                stacking.insert("group".to_owned(), json!(random.pick(&["G", "H"])));
            }
            put("stacking", Value::Object(stacking));
        }
        Value::Object(rule)
    }

    /// `requirement` and `reward`: they have to fit each other.
    fn offer(&self, random: &mut Random) -> (Value, Value) {
        let mut requirement = if self.deals { Map::new() } else { self.circumstances(random) };
        let mut item = Map::new();
        let shape = if self.deals { 40 + random.below(60) } else { random.below(100) };
        let mixes = shape >= 85;
        let mut listed = false;
        match shape {
            0..28 => {}
            28..32 => drop(item.insert("items".to_owned(), json!([{ "id": "*" }]))),
            32..44 => drop(item.insert("items".to_owned(), json!([{ "id": "ANY_ITEM" }]))),
            44..85 => {
                listed = true;
                item.insert("items".to_owned(), self.entries(random, 3));
            }
            _ => {
                item.insert("mixes".to_owned(), self.mixes(random));
                match random.below(10) {
                    0 => {
                        listed = true;
                        item.insert("items".to_owned(), self.entries(random, 2));
                    }
                    1 => drop(item.insert("items".to_owned(), json!([{ "id": "ANY_ITEM" }]))),
                    _ => {}
                }
            }
        }
        let kinds: &[&str] = if mixes {
            &[
                "discount_mix_new_price",
                "discount_mix_new_price",
                "discount_item_new_price",
                "discount_percent",
                "discount_amount",
                "discount_item_quantity",
                "discount_item_percent",
            ]
        } else {
            &[
                "discount_amount",
                "discount_percent",
                "discount_item_new_price",
                "discount_item_quantity",
                "discount_item_percent",
                "discount_debit",
                "discount_percent",
                "discount_amount",
            ]
        };
        let deals = ["discount_item_new_price", "discount_item_quantity", "discount_item_quantity", "discount_item_percent"];
        let kinds = if self.deals && !mixes && random.percent(80) { &deals } else { kinds };
        let kind = *random.pick(kinds);
        let mut quantity = *random.pick(&[0, 1, 1, 1, 1, 1, 2, 2, 3, 4]);
        if kind == "discount_item_quantity" && !mixes && random.percent(60) {
            quantity = 2 + random.below(3);
        }
        if quantity > 0 && random.percent(90) {
            item.insert("quantity".to_owned(), json!(quantity));
        } else {
            quantity = 1;
        }
        if !item.is_empty() {
            requirement.insert("item".to_owned(), Value::Object(item));
        }
        if kind != "discount_debit" && random.percent(14) {
            requirement.insert("stamp".to_owned(), json!(1 + random.below(4)));
        }

        let mut reward = json!({ "type": kind, "value": value(random, kind, quantity) });
        if listed && random.percent(25) {
            let n = 1 + random.below(2);
            let values: Vec<Value> =
                (0..n).map(|_| json!({ "items": self.entries(random, 2), "value": value(random, kind, quantity) })).collect();
            reward["values"] = json!(values);
        }
        if random.percent(40) {
            reward["base"] = json!(random.pick(&["net", "net", "gross"]));
        }
        if kind != "discount_debit" && random.percent(if self.deals { 10 } else { 28 }) {
            reward["effect"] = json!("bonus");
        }
        (Value::Object(requirement), reward)
    }

    /// Requirements beside the items; few, so that most rules hold.
    fn circumstances(&self, random: &mut Random) -> Map<String, Value> {
        let mut requirement = Map::new();
        let mut put = |name: &str, value: Value| drop(requirement.insert(name.to_owned(), value));
        if random.percent(8) {
            // The window's ends are the instant of the purchase itself, or next to it.
            put("purchase_from", json!(random.pick(&[self.at, "2024-01-01T00:00:00Z", "2024-06-07T20:00:00Z"])));
        } else if random.percent(6) {
            put("purchase_to", json!(random.pick(&[self.at, "2025-01-01T00:00:00Z", "2024-06-07T20:00:00.001Z"])));
        }
        if random.percent(6) {
            put("gross_amount", json!(*random.pick(&[0, 1, 500, 1000, 2000, 5000])));
        }
        if random.percent(6) {
            put("net_amount", json!(*random.pick(&[0, 1, 500, 1000, 2000, 5000])));
        }
        if random.percent(5) {
            put(
                "currencies",
                match random.below(3) {
                    0 => json!([random.pick(CURRENCIES)]),
                    1 => json!([{ "anything-but": ["NOK"] }]),
                    _ => json!([]),
                },
            );
        }
        if random.percent(5) {
            put("discount_code", json!(random.pick(&["taco", "TACO ", "påske", "a"])));
        }
        if random.percent(4) {
            put("store_ids", json!([random.pick(&["*", "s1", "s2"])]));
        }
        if random.percent(6) {
            put(
                "store",
                match random.below(6) {
                    0 => json!({ "id": ["s1", "s3"] }),
                    1 => json!({ "mcc": ["5411"], "mcc_ranges": [{ "start": "5812", "end": "5814" }] }),
                    2 => json!({ "email": ["KIOSK@Example.com"] }),
                    3 => json!({ "address": { "country": ["NO"], "postal_code": ["0349"] } }),
                    4 => json!({ "chain": [], "address": { "country": [] } }),
                    _ => json!({ "mcc_ranges": [{ "start": "5000", "end": "5411" }] }),
                },
            );
        }
        if random.percent(6) {
            put(
                "customer",
                match random.below(5) {
                    0 => json!({ "attributes": { "level": ["gold", "7"] } }),
                    1 => json!({ "addresses": [{ "country": ["NO"], "postal_code": ["0349"] }, { "country": ["SE"] }] }),
                    2 => json!({ "marketing_consent": { "email": { "consent": ["true"] } } }),
                    3 => json!({ "gender": ["male"], "status": [] }),
                    _ => json!({ "company": { "number_of_employees": ["20"] } }),
                },
            );
        }
        requirement
    }

    fn entry(&self, random: &mut Random) -> Value {
        match random.below(10) {
            0..6 => json!({ "id": self.id(random) }),
            6..9 => json!({ "group_id": random.pick(GROUPS) }),
            _ => json!({ "id": self.id(random), "group_id": random.pick(GROUPS) }),
        }
    }

    fn entries(&self, random: &mut Random, most: usize) -> Value {
        let n = 1 + random.below(most);
        Value::Array((0..n).map(|_| self.entry(random)).collect())
    }

    fn mixes(&self, random: &mut Random) -> Value {
        let n = 1 + random.below(3);
        let mut mixes: Vec<Value> = (0..n)
            .map(|_| {
                let mut mix = json!({ "items": self.entries(random, 2), "quantity": *random.pick(&[1, 1, 1, 2]) });
                if random.percent(60) {
                    mix["reward_eligible"] = json!(random.percent(75));
                }
                mix
            })
            .collect();
        if mixes.iter().all(|m| m["reward_eligible"] == json!(false)) {
            mixes[0]["reward_eligible"] = json!(true);
        }
        Value::Array(mixes)
    }

    fn limitation(&self, random: &mut Random, i: usize, n: usize) -> Value {
        let mut limitation = Map::new();
        let mut put = |name: &str, value: Value| drop(limitation.insert(name.to_owned(), value));
        if random.percent(40) {
            put("discount_reward_usage", json!(*random.pick(&[-1, 0, 1, 1, 2, 2, 3])));
        }
        if random.percent(15) {
            put("discount_repeat_usage", json!(*random.pick(&[-1, 1, 1, 2])));
        }
        if random.percent(25) {
            put("discount_combination", json!(*random.pick(&[-1, 0, 0])));
        }
        if random.percent(15) {
            let settings = ["item_eligible_for_discount", "item_eligible_for_discount_no_discount", "receipt_no_discount"];
            put("discount_eligible", json!(random.pick(&settings)));
        }
        if random.percent(10) {
            put("blacklist", self.entries(random, 2));
        }
        if n > 1 && random.percent(10) {
            let other = (i + 1 + random.below(n - 1)) % n;
            put("discount_activation", json!([{ "type": "deactivate_if_discount_active", "value": format!("r{other}") }]));
        }
        if random.percent(10) {
            let hours = match random.below(5) {
                0 => json!({ "hours": [{ "day": "fri", "start": "22:00", "end": "02:00" }] }),
                1 => {
                    json!({ "hours": [{ "day": "fri", "start": "10:00", "end": "22:00" }, { "day": "sun", "start": "00:00", "end": "00:00" }] })
                }
                2 => json!({ "timezone": "UTC", "hours": [{ "day": "fri", "start": "19:00", "end": "20:00" }] }),
                3 => json!({ "timezone": "America/New_York", "hours": [] }),
                _ => {
                    json!({ "hours": [{ "day": "sun", "start": "02:00", "end": "03:00" }, { "day": "wed", "start": "14:00", "end": "14:01" }] })
                }
            };
            put("discount_hours", hours);
        }
        if random.percent(8) {
            put("dynamic_purchase_to_days", json!(*random.pick(&[0, 1, 30])));
        }
        if random.percent(15) {
            put("max_discount_amount", json!(*random.pick(&[0, 10, 99, 100, 333, 1000])));
        }
        if random.percent(5) {
            put("stamp_expire_days", json!(*random.pick(&[-1, 100])));
        }
        Value::Object(limitation)
    }

    fn receipt(&self, random: &mut Random, rules: &[Value]) -> Value {
        let n = match self.size {
            Size::Tiny => random.below(4),
            Size::Normal if self.deals => 2 + random.below(5),
            Size::Normal => *random.pick(&[0, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 6]),
            Size::Large => random.below(41),
        };
        let named = random.percent(70);
        let items: Vec<Value> = (0..n).map(|i| self.line(random, if named { Some(i) } else { None }, rules)).collect();
        let mut receipt = json!({ "purchase_at": self.at, "receipt_id": "b1", "items": items });
        if random.percent(90) {
            receipt["currency"] = json!(random.pick(CURRENCIES));
        }
        if random.percent(40) {
            let mut store = json!({ "id": random.pick(STORES), "name": "Kiosk" });
            if random.percent(50) {
                store["mcc"] = json!(random.pick(&["5411", "5813", "0742"]));
                store["email"] = json!("kiosk@example.com");
                store["address"] = json!({ "country": "NO", "postal_code": random.pick(&["0349", "5003"]) });
            }
            receipt["store"] = store;
        }
        if random.percent(30) {
            receipt["customer"] = self.customer(random);
        }
        match random.below(12) {
            0 => receipt["discount_code"] = json!(random.pick(CODES)),
            1 => receipt["discount_code"] = json!([random.pick(CODES), random.pick(CODES)]),
            2 => receipt["net_amount"] = json!(12_345),
            3 => receipt["extra"] = json!({ "rate": 1.50, "list": [null, true] }),
            4 => receipt["is_changed"] = json!(true),
            5 => receipt["discounts"] = json!([{ "id": random.pick(&["r0", "elsewhere"]), "refs": [] }]),
            _ => {}
        }
        receipt
    }

    fn customer(&self, random: &mut Random) -> Value {
        match random.below(5) {
            0 => json!({ "attributes": { "level": random.pick(&["gold", "silver"]), "other": 1 } }),
            1 => json!({ "addresses": [{ "country": "NO", "postal_code": "5003" }, { "country": "NO", "postal_code": "0349" }] }),
            2 => json!({ "marketing_consent": { "email": { "consent": random.percent(70) } }, "gender": "male" }),
            3 => json!({ "company": { "number_of_employees": 20 }, "attributes": { "level": [7, 8] } }),
            _ => json!({ "first_name": "Ola" }),
        }
    }

    fn line(&self, random: &mut Random, position: Option<usize>, rules: &[Value]) -> Value {
        let mut line = Map::new();
        let mut put = |name: &str, value: Value| drop(line.insert(name.to_owned(), value));
        if let Some(i) = position {
            put("line_id", json!(10 * (i + 1)));
        }
        if random.percent(97) {
            put("id", json!(self.id(random)));
        }
        if random.percent(45) {
            let n = 1 + random.below(2);
            put("groups", Value::Array((0..n).map(|_| json!({ "id": random.pick(GROUPS) })).collect()));
        }
        // The quantity, as text so that it stays a decimal, and its rounded-down number of prices.
        let (quantity, times) = match random.below(100) {
            0..50 => ("1".to_owned(), 1),
            50..78 => (format!("{}", 2 + random.below(2)), 3),
            78..86 if self.size == Size::Large => ((1 + random.below(10_000)).to_string(), 100),
            78..88 => (format!("{}", 4 + random.below(if self.size == Size::Tiny { 1 } else { 5 })), 5),
            88..92 => (random.pick(&["0.453", "1.5", "2.25"]).to_string(), 1),
            92..94 => ("2.0".to_owned(), 2),
            94..95 => (random.pick(&["0", "-1"]).to_string(), 1),
            _ => (String::new(), 1),
        };
        let price = *random.pick(&self.prices);
        if !quantity.is_empty() {
            put("quantity", serde_json::from_str(&quantity).unwrap_or(Value::Null));
            if random.percent(4) {
                put("scale_item", json!(true));
            }
        }
        let returned = random.percent(4);
        let gross = match random.below(100) {
            0..3 => 0,
            3..80 => price * times,
            _ => price * times + i64::try_from(random.below(4)).unwrap_or(0),
        };
        let gross = if returned && random.percent(60) { -gross } else { gross };
        match random.below(20) {
            0 => put("unit_gross_price", json!(price)),
            1 => {
                put("gross_amount", json!(gross));
                put("unit_gross_price", json!(price + 1));
            }
            2 if random.percent(20) => {}
            _ => put("gross_amount", json!(gross)),
        }
        if returned {
            put("is_return_item", json!(true));
        }
        if random.percent(3) {
            put("voided", json!(true));
        }
        if random.percent(92) {
            put("eligible_for_discount", json!(random.percent(94)));
        }
        if random.percent(18) {
            let amounts = [1, 10, 33, 50, 99, 100, 500, -20, 100_000, 0];
            let mut lines = vec![json!({ "amount": *random.pick(&amounts), "discount_type": "manual", "line_id": 0 })];
            if random.percent(25) {
                let ours = rules.first().map_or(json!("elsewhere"), |r| r["id"].clone());
                lines.push(json!({ "amount": 77, "discount_id": ours, "line_id": 1 }));
            }
            put("discount_lines", Value::Array(lines));
        }
        if random.percent(4) {
            put("is_changed", json!(true));
        }
        if random.percent(5) {
            put("unknown", json!({ "kept": 1.10 }));
        }
        Value::Object(line)
    }

    fn facts(&self, random: &mut Random, rules: &Value) -> Value {
        let mut facts = Map::new();
        if random.percent(90) {
            let mut refs = Vec::new();
            for (i, rule) in rules.as_array().into_iter().flatten().enumerate() {
                for j in 0..*random.pick(&[0, 1, 1, 1, 1, 1, 2, 2, 3]) {
                    refs.push(self.reference(random, &rule["id"], &format!("x{i}{j}")));
                }
            }
            random.shuffle(&mut refs);
            facts.insert("refs".to_owned(), Value::Array(refs));
        }
        if random.percent(30) {
            facts.insert("customer".to_owned(), self.customer(random));
        }
        Value::Object(facts)
    }

    fn reference(&self, random: &mut Random, rule_id: &Value, id: &str) -> Value {
        let mut reference = json!({ "id": id, "rule_id": rule_id });
        if random.percent(60) {
            reference["given_at"] =
                json!(random.pick(&[self.at, "2024-03-01T00:00:00Z", "2024-06-06T20:00:00Z", "2024-05-08T20:00:00Z"]));
        }
        if random.percent(3) {
            reference["deleted_at"] = json!("2024-04-01T00:00:00Z");
        }
        if random.percent(60) {
            let held = random.below(9);
            let mut statistics = json!({
                "usage": *random.pick(&[0, 0, 0, 1, 2]), "amount": *random.pick(&[0, 500]), "bonus": *random.pick(&[0, 3]),
                "stamp": held + 2, "current_stamp": held,
            });
            if random.percent(40) {
                statistics["debit_balance"] = json!(*random.pick(&[0, 1, 77, 5000]));
            }
            if random.percent(70) {
                reference["statistics"] = statistics;
            } else if let (Some(flat), Some(members)) = (reference.as_object_mut(), statistics.as_object()) {
                flat.extend(members.clone());
            }
        }
        reference
    }
}

fn value(random: &mut Random, kind: &str, quantity: usize) -> Value {
    match kind {
        "discount_percent" | "discount_item_percent" => {
            let written = *random.pick(&["0", "5", "10", "12.5", "33.3", "50", "50", "99.99", "100", "100"]);
            serde_json::from_str(written).unwrap_or(Value::Null)
        }
        "discount_item_quantity" => json!(if random.percent(80) { 1 } else { random.below(quantity + 1) }),
        "discount_item_new_price" => json!(*random.pick(&[0, 1, 50, 90, 99, 100, 200, 300, 900])),
        "discount_mix_new_price" => json!(*random.pick(&[0, 50, 100, 150, 300, 500, 1000, 1500])),
        "discount_debit" => json!(*random.pick(&[0, 50, 333, 1000, 100_000])),
        _ => json!(*random.pick(&[0, 1, 10, 50, 99, 100, 333, 500, 1000, 100_000])),
    }
}
