//! Random sequences, done by the service and by an account book that knows nothing of it: requests, requests that
//! come again, and many at once.

use futures_util::future::join_all;
use rabatt_tests::generate::Random;
use serde_json::{Value, json};

use super::books::contradictions;
use crate::support::{Answer, Service};

/// What is asked for, on one card.
#[derive(Debug, Clone, PartialEq)]
enum Ask {
    Fund(i64),
    Pay(i64),
    Reserve(i64),
    /// Of the transaction that came so early on the card; all that is left without an amount.
    Capture(usize, Option<i64>),
    Void(usize),
}

/// A request: the card, the client's key, and what.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    card: usize,
    key: usize,
    ask: Ask,
}

/// One line of the book: what was asked for under which key, and how much moved.
#[derive(Debug, Clone)]
struct Line {
    key: usize,
    ask: Ask,
    amount: i64,
}

/// The book of one card: its lines, in order. Everything else is counted from them.
#[derive(Debug, Default)]
struct Book(Vec<Line>);

const CARDS: usize = 3;
const KEYS: usize = 60;

impl Book {
    /// Of the reservation in this line: what is left.
    fn left(&self, reservation: usize) -> Option<i64> {
        let Ask::Reserve(amount) = self.0.get(reservation)?.ask else { return None };
        let taken = self.0.iter().filter(|line| matches!(line.ask, Ask::Capture(of, _) | Ask::Void(of) if of == reservation));
        Some(amount - taken.map(|line| line.amount).sum::<i64>())
    }

    /// Balance, available, funds, drawdown and reserved.
    fn amounts(&self) -> [i64; 5] {
        let sum = |wanted: fn(&Ask) -> bool| self.0.iter().filter(|line| wanted(&line.ask)).map(|line| line.amount).sum::<i64>();
        let funds = sum(|ask| matches!(ask, Ask::Fund(_)));
        let drawn = sum(|ask| matches!(ask, Ask::Pay(_) | Ask::Capture(..)));
        let reserved: i64 = (0..self.0.len()).filter_map(|line| self.left(line)).sum();
        [funds - drawn, funds - drawn - reserved, funds, drawn, reserved]
    }

    /// What a request should come to: the line that says so, or the code of the refusal.
    fn expect(&self, key: usize, ask: &Ask) -> Result<Line, &'static str> {
        if let Some(line) = self.0.iter().find(|line| line.key == key) {
            let same = match (&line.ask, ask) {
                (Ask::Capture(of, _), Ask::Capture(asked, amount)) => {
                    of == asked && amount.is_none_or(|amount| amount == line.amount)
                }
                (done, asked) => done == asked,
            };
            return if same { Ok(line.clone()) } else { Err("ref_id_used") };
        }
        let available = self.amounts()[1];
        let amount = match *ask {
            Ask::Fund(amount) => amount,
            Ask::Pay(amount) | Ask::Reserve(amount) if amount <= available => amount,
            Ask::Pay(_) | Ask::Reserve(_) => return Err("amount_exceeds_available"),
            Ask::Capture(of, _) | Ask::Void(of) => {
                let asked = if let Ask::Capture(_, asked) = ask { *asked } else { None };
                match self.left(of) {
                    None => return Err("not_pending"),
                    Some(0) => return Err("nothing_reserved"),
                    Some(left) if asked.is_some_and(|asked| asked > left) => return Err("amount_exceeds_reserved"),
                    Some(left) => asked.unwrap_or(left),
                }
            }
        };
        Ok(Line { key, ask: ask.clone(), amount })
    }
}

fn step(random: &mut Random, books: &[Book]) -> Step {
    let card = random.below(CARDS);
    let amount = 1 + i64::try_from(random.below(400)).unwrap();
    // Later lines are often reservations that are open.
    let line = random.below(books[card].0.len().max(1));
    let ask = match random.below(100) {
        0..15 => Ask::Fund(amount),
        15..40 => Ask::Pay(amount),
        40..65 => Ask::Reserve(amount),
        65..88 => Ask::Capture(line, random.percent(60).then_some(amount / 2 + 1)),
        _ => Ask::Void(line),
    };
    Step { card, key: random.below(KEYS), ask }
}

/// The cards of one account, and what happened on them.
struct Following<'a> {
    service: &'a Service,
    token: String,
    account: String,
    books: Vec<Book>,
    /// The answers behind the lines of each book.
    answers: Vec<Vec<Value>>,
}

impl<'a> Following<'a> {
    async fn new(service: &'a Service, number: usize) -> Self {
        let account = format!("T{:08}", 10_000_000 + number);
        let token = service.other_account(&account, "admin:wallets").await;
        let books = (0..CARDS).map(|_| Book::default()).collect();
        let new = Self { service, token, account, books, answers: vec![Vec::new(); CARDS] };
        for card in 0..CARDS {
            let body = json!({"card_id": format!("card {card}"), "amount": 0, "currency": "NOK"});
            new.call("POST", "cards", body).await.ok();
        }
        new
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let path = format!("/v1/accounts/{}/wallets/{path}", self.account);
        self.service.call_with(method, &path, Some(&self.token), body.to_string()).await
    }

    /// `None` where the step names a line that is not there.
    async fn send(&self, step: &Step) -> Option<Answer> {
        let key = format!("key {}", step.key);
        let (kind, amount, pending) = match step.ask {
            Ask::Fund(amount) => ("fund", amount, false),
            Ask::Pay(amount) => ("drawdown", amount, false),
            Ask::Reserve(amount) => ("drawdown", amount, true),
            Ask::Capture(line, amount) => {
                let id = self.answers[step.card].get(line)?["id"].as_str()?;
                return Some(
                    self.call("POST", &format!("transactions/{id}/capture"), json!({"ref_id": key, "amount": amount})).await,
                );
            }
            Ask::Void(line) => {
                let id = self.answers[step.card].get(line)?["id"].as_str()?;
                return Some(self.call("POST", &format!("transactions/{id}/void"), json!({"ref_id": key})).await);
            }
        };
        let body = json!({"card_id": format!("card {}", step.card), "ref_id": key, "amount": amount, "currency": "NOK", "type": kind,
            "pending": pending});
        Some(self.call("POST", "transactions", body).await)
    }

    /// Holds an answer against the book, and writes into it.
    fn note(&mut self, step: &Step, answer: &Answer) -> Result<(), String> {
        let (book, answers) = (&mut self.books[step.card], &mut self.answers[step.card]);
        let told = answer.json();
        match book.expect(step.key, &step.ask) {
            Err(code) if told["error"]["code"] == code => Ok(()),
            Ok(line) if answer.status == 200 && told["amount"] == line.amount => {
                match book.0.iter().position(|other| other.key == line.key) {
                    Some(at) if answers[at] == told => Ok(()),
                    Some(at) => Err(format!("came again as {told}, was {}", answers[at])),
                    None => {
                        book.0.push(line);
                        answers.push(told);
                        Ok(())
                    }
                }
            }
            expected => Err(format!("{expected:?} is expected, not {}", answer.text)),
        }
    }

    /// Puts something on every card.
    async fn fund(&mut self) {
        for card in 0..CARDS {
            let fund = Step { card, key: KEYS, ask: Ask::Fund(1_000) };
            let answer = self.send(&fund).await.unwrap();
            self.note(&fund, &answer).unwrap();
        }
    }

    async fn compare(&self) -> Result<(), String> {
        for (card, book) in self.books.iter().enumerate() {
            let shown = self.call("GET", &format!("cards/card%20{card}"), Value::Null).await.ok();
            let told =
                ["balance", "available", "funds", "drawdown", "reserved"].map(|name| shown[format!("amount_{name}")].clone());
            if told != book.amounts().map(Value::from) {
                return Err(format!("card {card} has {told:?}, the book {:?}", book.amounts()));
            }
            let list = self.call("GET", &format!("cards/card%20{card}/transactions"), Value::Null).await.ok();
            if list.as_array() != Some(&self.answers[card]) {
                return Err(format!("card {card} lists {list}, the answers were {:?}", self.answers[card]));
            }
        }
        Ok(())
    }
}

#[tokio::test]
async fn service_and_book_agree_step_by_step() {
    let service = Service::new().await;
    for number in 0..12 {
        let mut random = Random::new(number);
        let mut both = Following::new(&service, usize::try_from(number).unwrap()).await;
        let mut sent: Vec<Step> = Vec::new();
        both.fund().await;
        for at in 0..60 {
            // Every fourth request is one that was sent before.
            let step = match sent.len() {
                0 => step(&mut random, &both.books),
                many if random.percent(25) => sent[random.below(many)].clone(),
                _ => step(&mut random, &both.books),
            };
            let Some(answer) = both.send(&step).await else { continue };
            let noted = both.note(&step, &answer);
            assert_eq!(noted, Ok(()), "sequence {number}, step {at}, {step:?}");
            sent.push(step);
        }
        assert_eq!(both.compare().await, Ok(()), "sequence {number}");
        let moved: usize = both.books.iter().map(|book| book.0.len()).sum();
        assert!(moved > 15, "sequence {number} moved money {moved} times only");
    }
    assert_eq!(contradictions(&service).await, Vec::<String>::new());
}

/// Requests that come at once, in an order that nobody knows: whatever it was, there is one in which the book agrees.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_at_once_come_to_what_some_order_of_them_comes_to() {
    let service = Service::new().await;
    for number in 0..6 {
        let mut random = Random::new(1_000 + number);
        let mut both = Following::new(&service, usize::try_from(number).unwrap()).await;
        both.fund().await;
        for round in 0..8 {
            let mut steps: Vec<Step> = (0..20).map(|_| step(&mut random, &both.books)).collect();
            for _ in 0..10 {
                steps.push(steps[random.below(20)].clone());
            }
            let answers = join_all(steps.iter().map(|step| both.send(step))).await;
            let answered = steps.iter().zip(&answers).filter_map(|(step, answer)| Some((step, answer.as_ref()?)));
            let (moved, refused): (Vec<_>, Vec<_>) = answered.partition(|(_, answer)| answer.status == 200);
            // What moved has ids that rise with time, nearly; the list says which came first.
            let mut order: Vec<String> = Vec::new();
            for card in 0..CARDS {
                let list = both.call("GET", &format!("cards/card%20{card}/transactions"), Value::Null).await.ok();
                order.extend(list.as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap().to_owned()));
            }
            let mut moved: Vec<(usize, &Step, &Answer)> = moved
                .into_iter()
                .map(|(step, answer)| {
                    let id = answer.json()["id"].as_str().unwrap().to_owned();
                    (order.iter().position(|other| *other == id).expect("what was answered is there"), step, answer)
                })
                .collect();
            moved.sort_by_key(|(at, ..)| *at);
            for (_, step, answer) in moved {
                assert_eq!(both.note(step, answer), Ok(()), "sequence {number}, round {round}, {step:?}");
            }
            let codes = ["ref_id_used", "amount_exceeds_available", "not_pending", "nothing_reserved", "amount_exceeds_reserved"];
            for (step, answer) in refused {
                let code = answer.refused(400)["code"].clone();
                assert!(codes.iter().any(|known| code == *known), "{step:?}: {code}");
            }
            assert_eq!(both.compare().await, Ok(()), "sequence {number}, round {round}");
        }
    }
    assert_eq!(contradictions(&service).await, Vec::<String>::new());
}
