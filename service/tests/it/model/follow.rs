//! One sequence, done by the service and by the book.

use std::collections::BTreeMap;

use axum::http::Request;
use chrono::{DateTime, SecondsFormat, Utc};
use rabatt_tests::book::{self, Book, Expected, Reward, Rule, Statistics, Wanted};
use serde_json::{Value, json};

use super::steps::{Called, NAMES, Pick, Report, Road, Step, World};
use crate::support::{Answer, Service};

/// What both have done so far.
pub(crate) struct Following<'a> {
    service: &'a Service,
    account: String,
    token: String,
    world: &'a World,
    book: Book,
    rule_ids: Vec<String>,
    claim_ids: Vec<String>,
    /// When the sequence began, and the hours that have passed since.
    begun: DateTime<Utc>,
    hours: i64,
    deliveries: usize,
    /// What tills have asked and not reported yet.
    left: Vec<(book::Receipt, Value, Road)>,
    /// What they have reported.
    reported: Vec<(book::Receipt, Value)>,
    /// Steps done: no two purchases are of the same second.
    steps: i64,
}

/// A receipt on its way.
struct Sent {
    receipt: book::Receipt,
    body: Value,
    road: Road,
    delivery: String,
}

/// Does the steps; units and uses that went back, or where the two disagree first.
pub(crate) async fn follow(
    service: &Service,
    accounts: &mut impl Iterator<Item = String>,
    world: &World,
    steps: &[Step],
) -> Result<(i64, i64), String> {
    let account = accounts.next().unwrap();
    let token = service.other_account(&account, "admin:discounts admin:receipts").await;
    let mut both = Following {
        token,
        service,
        account,
        world,
        book: Book::default(),
        rule_ids: Vec::new(),
        claim_ids: Vec::new(),
        begun: Utc::now(),
        hours: 0,
        deliveries: 0,
        left: Vec::new(),
        reported: Vec::new(),
        steps: 0,
    };
    for (index, rule) in world.rules.iter().enumerate() {
        let created = both.call("POST", "discounts/rules", rule_json(index, rule)).await.ok();
        both.rule_ids.push(created["id"].as_str().unwrap().to_owned());
        both.book.rules.push(rule.clone());
    }
    for (at, step) in steps.iter().enumerate() {
        let place = |what: String| format!("step {at}, {step:?}: {what}");
        both.step(step).await.map_err(place)?;
        both.compare().await.map_err(place)?;
    }
    Ok(both.book.went_back())
}

fn rule_json(index: usize, rule: &Rule) -> Value {
    let mut json = json!({
        "requirement": {"purchase_from": "2024-01-01T00:00:00Z", "purchase_to": "2040-01-01T00:00:00Z",
            "item": {"items": [{"id": format!("thing {index}")}]}},
        "reward": {"type": "discount_amount"},
        "limitation": {"discount_repeat_usage": rule.repeat.unwrap_or(-1), "discount_reward_usage": rule.rewards.unwrap_or(-1)},
    });
    let (kind, value) = match rule.reward {
        Reward::Amount(value) => ("discount_amount", value),
        Reward::Bonus(value) => {
            json["reward"]["effect"] = json!("bonus");
            ("discount_amount", value)
        }
        Reward::Debit(value) => ("discount_debit", value),
        Reward::Stamps(needed) => {
            json["requirement"]["stamp"] = json!(needed);
            ("discount_item_percent", 100)
        }
    };
    json["reward"]["type"] = json!(kind);
    json["reward"]["value"] = json!(value);
    for (name, limit) in [
        ("dynamic_purchase_to_days", rule.days),
        ("stamp_expire_days", rule.expire),
        ("budget_usage", rule.budget_usage),
        ("budget_amount", rule.budget_amount),
    ] {
        if let Some(limit) = limit {
            json["limitation"][name] = json!(limit);
        }
    }
    json
}

fn escaped(customer: &str) -> String {
    customer.replace('/', "%2F")
}

impl Following<'_> {
    /// Accounts, one a sequence.
    pub(crate) fn accounts() -> impl Iterator<Item = String> {
        (10_000_000..).map(|number: u32| format!("T{number}"))
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let path = format!("/v1/accounts/{}/{path}", self.account);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.service.call_with(method, &path, Some(&self.token), body).await
    }

    async fn deliver(&self, delivery: &str, receipt: Value) -> Answer {
        let request = Request::builder()
            .method("POST")
            .uri(format!("/v1/accounts/{}/discounts/events", self.account))
            .header("authorization", format!("Bearer {}", self.token))
            .header("event", "receipt_add")
            .header("event-delivery", delivery);
        self.service.send(request.body(json!({"receipt": receipt}).to_string().into()).unwrap()).await
    }

    /// Now, as purchases see it: in the middle of an hour, so that no limit of days is met by the second.
    fn now(&self) -> i64 {
        self.begun.timestamp() + self.hours * 3600 + 1800 + self.steps
    }

    fn time(&self, at: i64) -> String {
        DateTime::from_timestamp(at, 0).unwrap().to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        let gifts = self.book.gifts.len().max(1);
        self.steps += 1;
        match step {
            Step::Wait { hours } => self.hours += hours,
            Step::Give { rule, holders } => self.give(*rule, holders).await?,
            Step::TakeAway { rule, customer } => {
                let path = format!("discounts/rules/{}/customers", self.rule_ids[*rule]);
                self.call("DELETE", &path, json!({"customers": [customer]})).await.ok();
                self.book.take_away(*rule, customer);
            }
            Step::DeleteGift { gift } if !self.book.gifts.is_empty() => {
                let gift = gift % gifts;
                let (id, holder) = (self.book.gifts[gift].id.clone(), escaped(&self.book.gifts[gift].holder));
                let answer = self.call("DELETE", &format!("discounts/customers/{holder}/refs/{id}"), Value::Null).await;
                agree(&answer, &self.book.delete_gift(gift))?;
            }
            Step::DeleteRule { rule } => {
                let answer = self.call("DELETE", &format!("discounts/rules/{}", self.rule_ids[*rule]), Value::Null).await;
                agree(&answer, &self.book.delete_rule(*rule))?;
            }
            Step::Claim { name, customer, picks } => {
                let wanted: Vec<Wanted> = self
                    .wanted(picks)
                    .into_iter()
                    .map(|one| Wanted { usage: Some(one.usage.unwrap_or(1)), bonus: 0, stamp: 0, ..one })
                    .collect();
                if !wanted.is_empty() {
                    self.claim(name.map(name_of), customer, &wanted).await?;
                }
            }
            Step::Release { claim } if !self.claim_ids.is_empty() => {
                let claim = claim % self.claim_ids.len();
                let path = format!("discounts/available_for_receipt/claims/{}", self.claim_ids[claim]);
                let answer = self.call("DELETE", &path, Value::Null).await;
                agree(&answer, &self.book.release(claim))?;
            }
            Step::Receipt { called, again, customer, picks, lines, road } => {
                let used = picks.as_ref().map(|picks| self.wanted(picks));
                let mut receipt = self.receipt_of(*called, *customer, used);
                receipt.lines = (1..).zip(lines).map(|(at, (thing, units, off))| line(at, *thing, *units, *off, false)).collect();
                let discounts = receipt.used.as_ref().map(|used| self.discounts(used));
                self.report(&receipt, discounts.unwrap_or(Value::Null), *again, *road).await?;
            }
            Step::Return { called, customer, lines, road, race } => {
                let mut receipt = self.receipt_of(*called, *customer, None);
                receipt.lines = (1..).zip(lines).map(|(at, (thing, units))| line(at, *thing, *units, false, true)).collect();
                self.reported.push((receipt.clone(), Value::Null));
                let first = self.sent(&receipt, Value::Null, None, *road);
                let again = race.then(|| self.sent(&receipt, Value::Null, None, road.other()));
                self.send(first, again).await?;
            }
            Step::Void { report, lines, whole, road, race } if !self.reported.is_empty() => {
                let (mut receipt, discounts) = self.reported[report % self.reported.len()].clone();
                receipt.voided = *whole;
                for (line, off) in receipt.lines.iter_mut().zip(lines) {
                    line.voided |= off;
                }
                // Of two lines that bring back the same, which of the goods came by which nobody can say.
                let off: Vec<usize> = receipt.lines.iter().filter(|line| line.voided).map(|line| line.thing).collect();
                for line in receipt.lines.iter_mut().filter(|line| line.returned) {
                    line.voided |= off.contains(&line.thing);
                }
                let void = self.sent(&receipt, discounts, None, *road);
                let goes_back = |receipt: &book::Receipt| receipt.lines.iter().any(|line| line.returned);
                let again = race.map(|race| self.reported[race % self.reported.len()].clone());
                let again = again.filter(|(receipt, _)| !goes_back(receipt));
                let again = again.map(|(receipt, discounts)| self.sent(&receipt, discounts, None, Road::Event));
                self.send(void, again).await?;
            }
            Step::Hand { kind, name, customer, pick } if !self.book.gifts.is_empty() => {
                let Some(used) = self.wanted(std::slice::from_ref(pick)).pop() else { return Ok(()) };
                let used = Wanted { bonus: 0, usage: Some(used.usage.unwrap_or(0)), ..used };
                let gift = &self.book.gifts[used.gift];
                let held = gift.holder == *customer || (gift.holder == "*" && *customer != "/");
                let path = format!("discounts/customers/{}/refs/{}", escaped(customer), gift.id);
                let body = json!({"usage_ref": {"ref": name_of(*name), "ref_type": kind, "usage": used.usage, "stamp": used.stamp, "amount": used.amount}});
                let answer = self.call("POST", &path, body).await;
                if !held {
                    return if answer.status.as_u16() == 404 {
                        Ok(())
                    } else {
                        Err(format!("{} {}", answer.status, answer.text))
                    };
                }
                // Written down when it is written down.
                let (kind, reference, at) = ((*kind).to_owned(), name_of(*name), self.begun.timestamp());
                let hand = book::Hand { kind, reference, customer: (*customer).to_owned(), at, used };
                agree(&answer, &self.book.hand(&hand))?;
            }
            Step::Ask { customer, quantities, called, claim, report, off, road } => {
                self.ask(*customer, (quantities, off), *called, *claim, (*report, *road)).await?
            }
            Step::ReportLeft => {
                if let Some((receipt, discounts, road)) = self.left.pop() {
                    self.report(&receipt, discounts, None, road).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn give(&mut self, rule: usize, holders: &[&str]) -> Result<(), String> {
        let path = format!("discounts/rules/{}/customers", self.rule_ids[rule]);
        let answer = self.call("POST", &path, json!({"customers": holders})).await;
        if self.book.rules[rule].deleted {
            return agree(&answer, &Expected::Refused(["rule_deleted"].into()));
        }
        answer.ok();
        let refs = self.call("GET", &format!("{path}?limit=1000&state=all"), Value::Null).await.ok();
        // Those of one request in an order that the next run has too.
        let mut refs = refs.as_array().unwrap().clone();
        refs.sort_by_key(|given| (given["created_at"].to_string(), given["customer_id"].to_string()));
        for given in &refs {
            let id = given["id"].as_str().unwrap();
            if self.book.gifts.iter().all(|gift| gift.id != id) {
                let given_at = DateTime::parse_from_rfc3339(given["created_at"].as_str().unwrap()).unwrap();
                let holder = given["customer_id"].as_str().unwrap_or("*");
                self.book.give(rule, id, holder, given_at.timestamp_micros());
            }
        }
        Ok(())
    }

    /// Picks of refs that are there, each once, in order of their rules.
    fn wanted(&self, picks: &[Pick]) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = Vec::new();
        for pick in picks {
            let Some(gift) = pick.gift.checked_rem(self.book.gifts.len()) else { continue };
            if wanted.iter().all(|one| one.gift != gift) {
                let Pick { usage, amount, bonus, stamp, .. } = *pick;
                wanted.push(Wanted { gift, usage, amount, bonus, stamp, spent: None, lines: Vec::new() });
            }
        }
        wanted.sort_by_key(|one| (self.book.gifts[one.gift].rule, one.gift));
        wanted
    }

    /// `discounts` of a request: rules with their refs.
    fn discounts(&self, wanted: &[Wanted]) -> Value {
        let mut rules: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
        for one in wanted {
            let gift = &self.book.gifts[one.gift];
            let mut json = json!({"id": gift.id, "amount": one.amount});
            for (name, number) in [
                ("usage", one.usage),
                ("bonus", Some(one.bonus).filter(|n| *n > 0)),
                ("stamp", Some(one.stamp).filter(|n| *n > 0)),
            ] {
                if let Some(number) = number {
                    json[name] = json!(number);
                }
            }
            rules.entry(gift.rule).or_default().push(json);
        }
        rules.into_iter().map(|(rule, refs)| json!({"id": self.rule_ids[rule], "refs": refs})).collect()
    }

    async fn claim(&mut self, name: Option<String>, customer: &str, wanted: &[Wanted]) -> Result<(), String> {
        let at = self.now();
        let mut body = json!({"customer_id": customer, "purchase_at": self.time(at), "discounts": self.discounts(wanted)});
        if let Some(name) = &name {
            body["ref"] = json!(name);
        }
        let answer = self.call("POST", "discounts/available_for_receipt/claims", body).await;
        let expected = self.book.claim(name.as_deref(), customer, at, wanted);
        agree(&answer, &expected)?;
        if expected == Expected::Done {
            self.claim_ids.push(answer.json()["id"].as_str().unwrap().to_owned());
        }
        Ok(())
    }

    fn receipt_of(&self, number: usize, customer: Option<&str>, used: Option<Vec<Wanted>>) -> book::Receipt {
        let called: &Called = &self.world.receipts[number];
        book::Receipt {
            id: called.has_id.then(|| format!("id {number}")),
            store: format!("store {}", called.store),
            receipt_id: name_of(called.receipt_id),
            transaction_id: called.transaction_id.map(name_of),
            order_number: called.order_number.map(name_of),
            customer: customer.map(str::to_owned),
            at: self.now(),
            used,
            lines: Vec::new(),
            voided: false,
        }
    }

    async fn report(
        &mut self,
        receipt: &book::Receipt,
        discounts: Value,
        again: Option<usize>,
        road: Road,
    ) -> Result<(), String> {
        let sent = self.sent(receipt, discounts.clone(), again, road);
        self.reported.push((receipt.clone(), discounts));
        self.send(sent, None).await
    }

    /// A receipt as its road has it.
    fn sent(&mut self, receipt: &book::Receipt, discounts: Value, again: Option<usize>, road: Road) -> Sent {
        // Deliveries are repeated now and then, also when what they bring has changed.
        let delivery = match again {
            Some(again) if self.deliveries > 0 => again % self.deliveries,
            _ => self.deliveries,
        };
        self.deliveries = self.deliveries.max(delivery + 1);
        let mut body =
            json!({"receipt_id": receipt.receipt_id, "store": {"id": receipt.store}, "purchase_at": self.time(receipt.at)});
        for (name, value) in [
            ("id", receipt.id.as_ref().filter(|_| road == Road::Event)),
            ("transaction_id", receipt.transaction_id.as_ref()),
            ("order_number", receipt.order_number.as_ref()),
            ("customer_id", receipt.customer.as_ref()),
        ] {
            if let Some(value) = value {
                body[name] = json!(value);
            }
        }
        if receipt.voided {
            body["entry_status"] = json!("Voided");
        }
        if !receipt.lines.is_empty() {
            body["items"] = receipt.lines.iter().map(item).collect();
        }
        if !discounts.is_null() {
            body["discounts"] = discounts;
        }
        Sent { receipt: receipt.clone(), body, road, delivery: format!("delivery {delivery}") }
    }

    /// Sends a receipt, or two at once: then they come in some order.
    async fn send(&mut self, first: Sent, second: Option<Sent>) -> Result<(), String> {
        let Some(second) = second else {
            let answer = self.told(&first).await;
            return agree(&answer, &booked(&mut self.book, &first));
        };
        let (one, other) = tokio::join!(self.told(&first), self.told(&second));
        let before = self.book.clone();
        let mut disagreement = String::new();
        for order in [[(&first, &one), (&second, &other)], [(&second, &other), (&first, &one)]] {
            self.book = before.clone();
            let agreed = order.into_iter().try_for_each(|(sent, answer)| agree(answer, &booked(&mut self.book, sent)));
            match agreed {
                Ok(()) => match self.compare().await {
                    Ok(()) => return Ok(()),
                    Err(told) => disagreement = told,
                },
                Err(told) => disagreement = told,
            }
        }
        Err(format!("at once, in either order: {disagreement}"))
    }

    async fn told(&self, sent: &Sent) -> Answer {
        match sent.road {
            Road::Event => self.deliver(&sent.delivery, sent.body.clone()).await,
            Road::Store => self.call("POST", "receipts", json!([sent.body])).await,
        }
    }

    async fn ask(
        &mut self,
        customer: Option<&str>,
        (quantities, off): (&[i64], &[bool]),
        called: usize,
        claim: bool,
        (report, road): (Report, Road),
    ) -> Result<(), String> {
        let quantities = &quantities[..self.rule_ids.len()];
        let lines: Vec<Value> = quantities
            .iter()
            .enumerate()
            .filter(|(_, quantity)| **quantity > 0)
            .map(|(rule, quantity)| {
                json!({"line_id": rule + 1, "id": format!("thing {rule}"), "quantity": quantity,
                    "gross_amount": quantity * book::PRICE, "eligible_for_discount": true})
            })
            .collect();
        let mut asked = json!({"purchase_at": self.time(self.now()), "items": lines});
        if let Some(customer) = customer {
            asked["customer_id"] = json!(customer);
        }
        let answer = self.call("POST", "discounts/available_for_receipt", asked).await.ok();
        let expected = self.book.available(customer, self.now(), quantities);
        let mut told = told(&answer);
        let mut computed: BTreeMap<String, Told> = expected.iter().map(|one| self.computed(one)).collect();
        for gift in self.book.gifts.iter().filter(|gift| !matches!(self.book.rules[gift.rule].reward, Reward::Stamps(_))) {
            // Stamps of rules without stamps are nobody's business.
            for told in [&mut told, &mut computed].into_iter().filter_map(|told| told.get_mut(&gift.id)) {
                told.statistics.current = 0;
            }
        }
        if told != computed {
            let same: Vec<String> =
                told.iter().filter(|(id, one)| computed.get(*id) == Some(one)).map(|(id, _)| id.clone()).collect();
            told.retain(|id, _| !same.contains(id));
            computed.retain(|id, _| !same.contains(id));
            return Err(format!("the till is told {told:#?}, and the book says {computed:#?}"));
        }
        let used: Vec<Wanted> = expected
            .iter()
            .map(|one| Wanted {
                gift: one.gift,
                usage: Some(one.usage),
                amount: one.amount,
                bonus: one.bonus,
                stamp: one.stamp,
                spent: Some(one.spent).filter(|_| one.usage > 0),
                lines: vec![(line_name(self.book.gifts[one.gift].rule), one.amount, one.bonus)],
            })
            .collect();
        let mut receipt = self.receipt_of(called, customer, Some(used.clone()));
        let bought = quantities.iter().zip(off).enumerate().filter(|(_, (units, _))| **units > 0);
        receipt.lines = bought.map(|(rule, (units, off))| line(rule + 1, rule, *units, *off, false)).collect();
        if claim && !used.is_empty() {
            let claimed: Vec<Wanted> = used.iter().map(|one| Wanted { bonus: 0, stamp: 0, ..one.clone() }).collect();
            self.claim(Some(receipt.receipt_id.clone()), customer.unwrap_or("/"), &claimed).await?;
        }
        let discounts = answer["discounts"].clone();
        match report {
            Report::Never => Ok(()),
            Report::Now => self.report(&receipt, discounts, None, road).await,
            // How many rewards there were is told by the stamps before and after; of several, only at once.
            Report::Later => {
                let one_reward = |one: &book::Answer| {
                    one.spent == 0
                        || matches!(self.book.rules[self.book.gifts[one.gift].rule].reward, Reward::Stamps(needed) if one.spent == needed)
                };
                if expected.iter().all(one_reward) {
                    self.left.push((receipt, discounts, road));
                }
                Ok(())
            }
        }
    }

    fn computed(&self, one: &book::Answer) -> (String, Told) {
        let gift = &self.book.gifts[one.gift];
        (
            gift.id.clone(),
            Told { usage: one.usage, amount: one.amount, bonus: one.bonus, stamp: one.stamp, statistics: one.statistics },
        )
    }

    /// What was ever reported of each rule, as the service lists it and as the book sums it up.
    async fn compare(&self) -> Result<(), String> {
        for (rule, id) in self.rule_ids.iter().enumerate() {
            let usages = self.call("GET", &format!("discounts/rules/{id}/usages?limit=1000"), Value::Null).await.ok();
            let mut listed: BTreeMap<(String, String), Statistics> = BTreeMap::new();
            for usage in usages.as_array().unwrap() {
                let text = |name: &str| usage[name].as_str().unwrap().to_owned();
                listed.insert((text("ref_id"), text("customer_id")), statistics(&usage["statistics"]));
            }
            let mut booked = self.book.places(rule, chrono::Utc::now().timestamp());
            // Where nothing counts, one may know the place and the other not.
            let empty = Statistics { balance: self.book.rules[rule].start(), ..Statistics::default() };
            listed.retain(|_, statistics| *statistics != empty);
            booked.retain(|_, statistics| *statistics != empty);
            if listed != booked {
                return Err(format!("rule {rule}: the service counts {listed:#?}, and the book {booked:#?}"));
            }
        }
        Ok(())
    }
}

fn booked(book: &mut Book, sent: &Sent) -> Expected {
    match sent.road {
        Road::Event => book.receipt(&sent.delivery, &sent.receipt),
        Road::Store => book.store(&book::Receipt { id: None, ..sent.receipt.clone() }),
    }
}

fn line(number: usize, thing: usize, quantity: i64, voided: bool, returned: bool) -> book::Line {
    book::Line { name: number.to_string(), thing, quantity, voided, returned }
}

/// The line of the thing of a rule, where a till has asked.
fn line_name(rule: usize) -> String {
    (rule + 1).to_string()
}

fn item(line: &book::Line) -> Value {
    let number: i64 = line.name.parse().unwrap();
    let mut item = json!({"line_id": number, "id": format!("thing {}", line.thing), "quantity": line.quantity,
        "gross_amount": line.quantity * book::PRICE, "eligible_for_discount": true});
    for (name, _) in [("voided", line.voided), ("is_return_item", line.returned)].into_iter().filter(|(_, is)| *is) {
        item[name] = json!(true);
    }
    item
}

fn name_of(number: usize) -> String {
    format!("name {}", number % NAMES)
}

/// What a till is told of a ref.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    usage: i64,
    amount: i64,
    bonus: i64,
    stamp: i64,
    statistics: Statistics,
}

fn number(json: &Value, name: &str) -> i64 {
    json[name].as_i64().unwrap_or(0)
}

fn statistics(json: &Value) -> Statistics {
    Statistics {
        usage: number(json, "usage"),
        amount: number(json, "amount"),
        bonus: number(json, "bonus"),
        stamp: number(json, "stamp"),
        current: number(json, "current_stamp"),
        balance: json["debit_balance"].as_i64(),
    }
}

fn told(answer: &Value) -> BTreeMap<String, Told> {
    let mut told = BTreeMap::new();
    for one in answer["discounts"].as_array().unwrap().iter().flat_map(|rule| rule["refs"].as_array().unwrap()) {
        let (usage, amount) = (number(one, "usage"), number(one, "amount"));
        let (bonus, stamp, statistics) = (number(one, "bonus"), number(one, "stamp"), statistics(&one["statistics"]));
        told.insert(one["id"].as_str().unwrap().to_owned(), Told { usage, amount, bonus, stamp, statistics });
    }
    told
}

fn agree(answer: &Answer, expected: &Expected) -> Result<(), String> {
    let refused = (!answer.status.is_success()).then(|| answer.json()["error"]["code"].as_str().unwrap_or_default().to_owned());
    let fits = match (&refused, expected) {
        (None, Expected::Done) => true,
        (Some(code), Expected::Refused(codes)) => answer.status.as_u16() == 400 && codes.contains(code.as_str()),
        _ => false,
    };
    if fits { Ok(()) } else { Err(format!("answered {} {}, expected {expected:?}", answer.status, answer.text)) }
}
