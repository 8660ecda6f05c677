//! Members of a receipt that no rule looks at, but who reads many receipts does.

use jiter::{Jiter, JiterError, Peek};
use rabatt_engine::{Code, Decimal, Problem};

/// What is read beside what the engine reads.
#[derive(Debug, Default)]
pub(super) struct Extras {
    /// `receipt_id`, or else `id`, as the service calls receipts in short lists.
    pub(super) receipt_id: Option<String>,
    pub(super) customer_id: Option<String>,
    /// `items[].cost_price`, minor units for one unit.
    pub(super) costs: Vec<Option<i64>>,
}

impl Extras {
    /// Reads text that is a receipt.
    ///
    /// # Errors
    /// A member of a type that cannot be right, with its pointer.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let mut read = Reader { jiter: Jiter::new(text.as_bytes()), extras: Self::default(), id: None, problem: None };
        // The engine has read it already: it is JSON.
        read.receipt().map_err(|error| Problem::new(Code::BadJson, "", error.to_string()))?;
        let Reader { mut extras, id, problem, .. } = read;
        extras.receipt_id = extras.receipt_id.or(id);
        problem.map_or(Ok(extras), Err)
    }
}

struct Reader<'t> {
    jiter: Jiter<'t>,
    extras: Extras,
    id: Option<String>,
    problem: Option<Problem>,
}

/// Which member is being read.
#[derive(Clone, Copy)]
enum Member {
    ReceiptId,
    Id,
    CustomerId,
    Items,
    Other,
}

impl Reader<'_> {
    fn receipt(&mut self) -> Result<(), JiterError> {
        let mut member = self.jiter.next_object()?.map(named);
        while let Some(name) = member {
            let peek = self.jiter.peek()?;
            match name {
                Member::ReceiptId => self.extras.receipt_id = self.text(peek, "/receipt_id")?,
                Member::Id => self.id = self.text(peek, "/id")?,
                Member::CustomerId => self.extras.customer_id = self.text(peek, "/customer_id")?,
                Member::Items if peek == Peek::Array => self.items()?,
                Member::Items | Member::Other => self.jiter.known_skip(peek)?,
            }
            member = self.jiter.next_key()?.map(named);
        }
        Ok(())
    }

    fn items(&mut self) -> Result<(), JiterError> {
        let mut next = self.jiter.known_array()?;
        while let Some(peek) = next {
            let cost = if peek == Peek::Object { self.cost()? } else { self.jiter.known_skip(peek).map(|()| None)? };
            self.extras.costs.push(cost);
            next = self.jiter.array_step()?;
        }
        Ok(())
    }

    fn cost(&mut self) -> Result<Option<i64>, JiterError> {
        let mut cost = None;
        let mut is_cost = self.jiter.known_object()?.map(|key| key == "cost_price");
        while let Some(here) = is_cost {
            let peek = self.jiter.peek()?;
            if here && peek.is_num() {
                let number = String::from_utf8_lossy(self.jiter.known_number_bytes(peek)?).into_owned();
                cost = Decimal::parse(&number).and_then(Decimal::whole);
                if cost.is_none() {
                    self.refuse_cost();
                }
            } else {
                self.jiter.known_skip(peek)?;
                if here && peek != Peek::Null {
                    self.refuse_cost();
                }
            }
            is_cost = self.jiter.next_key()?.map(|key| key == "cost_price");
        }
        Ok(cost)
    }

    fn refuse_cost(&mut self) {
        let place = format!("/items/{}/cost_price", self.extras.costs.len());
        self.problem = Some(Problem::new(Code::WrongType, place, "a cost is a whole number of minor units"));
    }

    /// A text, or a number as it is written.
    fn text(&mut self, peek: Peek, place: &str) -> Result<Option<String>, JiterError> {
        Ok(match peek {
            Peek::String => Some(self.jiter.known_str()?.to_owned()),
            peek if peek.is_num() => Some(String::from_utf8_lossy(self.jiter.known_number_bytes(peek)?).into_owned()),
            peek => {
                if peek != Peek::Null {
                    self.problem = Some(Problem::new(Code::WrongType, place, "a text belongs here"));
                }
                self.jiter.known_skip(peek)?;
                None
            }
        })
    }
}

fn named(name: &str) -> Member {
    match name {
        "receipt_id" => Member::ReceiptId,
        "id" => Member::Id,
        "customer_id" => Member::CustomerId,
        "items" => Member::Items,
        _ => Member::Other,
    }
}
