//! What "parse and serialise" costs in WebAssembly: the workload's receipt, with jiter into
//! typed structs and back into text, behind the same boundary as the engine's. And the workload itself.
#![allow(unsafe_code, reason = "exporting a name is `unsafe`; there is nothing else that is")]

use std::cell::RefCell;

use jiter::{Jiter, JiterResult};
use rabatt_benches::plain::{Group, Item, Receipt, Store};
use rabatt_benches::workload;

#[derive(Debug, Default)]
struct Texts {
    input: Vec<u8>,
    output: String,
}

thread_local! {
    static TEXTS: RefCell<Texts> = RefCell::default();
}

/// Where a text of so many bytes is to be written.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(length: usize) -> *const u8 {
    TEXTS.with_borrow_mut(|texts| {
        if texts.input.len() < length {
            texts.input.resize(length, 0);
        }
        texts.input.as_ptr()
    })
}

/// Where the last text begins.
#[unsafe(no_mangle)]
pub extern "C" fn text_at() -> *const u8 {
    TEXTS.with_borrow(|texts| texts.output.as_ptr())
}

/// Its length in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn text_length() -> usize {
    TEXTS.with_borrow(|texts| texts.output.len())
}

/// As the engine has it; nothing here is large.
#[unsafe(no_mangle)]
pub extern "C" fn forget() {}

/// Parses the receipt of so many bytes and writes it again: an empty text when it cannot be read.
#[unsafe(no_mangle)]
pub extern "C" fn answer(length: usize) {
    TEXTS.with_borrow_mut(|texts| {
        let read = receipt(texts.input.get(..length).unwrap_or_default());
        texts.output = read.ok().and_then(|receipt| serde_json::to_string(&receipt).ok()).unwrap_or_default();
    });
}

/// The rules of the workload.
#[unsafe(no_mangle)]
pub extern "C" fn rules(count: u32) {
    TEXTS.with_borrow_mut(|texts| texts.output = workload::rules(count.into(), 1));
}

/// A receipt of ten lines for so many rules.
#[unsafe(no_mangle)]
pub extern "C" fn workload_receipt(rules: u32, seed: u32) {
    TEXTS.with_borrow_mut(|texts| texts.output = workload::receipt(rules.into(), 10, 0, seed.into()));
}

fn text(jiter: &mut Jiter<'_>) -> JiterResult<String> {
    jiter.next_str().map(str::to_owned)
}

fn whole(jiter: &mut Jiter<'_>) -> JiterResult<i64> {
    let peek = jiter.peek()?;
    jiter.known_int(peek).map(|jiter::NumberInt::Int(value)| value)
}

/// Goes through the members of an object.
fn object<'j>(jiter: &mut Jiter<'j>, mut member: impl FnMut(&mut Jiter<'j>, Member) -> JiterResult<()>) -> JiterResult<()> {
    let mut name = jiter.next_object()?.map(Member::of);
    while let Some(known) = name {
        member(jiter, known)?;
        name = jiter.next_key()?.map(Member::of);
    }
    Ok(())
}

fn list<'j, T>(jiter: &mut Jiter<'j>, mut one: impl FnMut(&mut Jiter<'j>) -> JiterResult<T>) -> JiterResult<Vec<T>> {
    let mut all = Vec::new();
    let mut next = jiter.next_array()?;
    while next.is_some() {
        all.push(one(jiter)?);
        next = jiter.array_step()?;
    }
    Ok(all)
}

macro_rules! names {
    ($($name:ident = $text:literal),* $(,)?) => {
        #[derive(Clone, Copy)]
        enum Member { $($name,)* Other }

        impl Member {
            fn of(text: &str) -> Self {
                match text { $($text => Self::$name,)* _ => Self::Other }
            }
        }
    };
}

names! {
    ReceiptId = "receipt_id", PurchaseAt = "purchase_at", Currency = "currency", Store = "store", CustomerId = "customer_id",
    OperatorId = "operator_id", GrossAmount = "gross_amount", NetAmount = "net_amount", Items = "items", Id = "id", Name = "name",
    Chain = "chain", Mcc = "mcc", LineId = "line_id", Groups = "groups", Description = "description", Quantity = "quantity",
    UnitGrossPrice = "unit_gross_price", TaxPercent = "tax_percent", Barcode = "barcode", Eligible = "eligible_for_discount",
}

fn receipt(bytes: &[u8]) -> JiterResult<Receipt> {
    let mut receipt = Receipt {
        receipt_id: String::new(),
        purchase_at: String::new(),
        currency: String::new(),
        store: Store { id: String::new(), name: String::new(), chain: String::new(), mcc: String::new() },
        customer_id: String::new(),
        operator_id: String::new(),
        gross_amount: 0,
        net_amount: 0,
        items: Vec::new(),
    };
    let mut jiter = Jiter::new(bytes);
    object(&mut jiter, |jiter, name| {
        match name {
            Member::ReceiptId => receipt.receipt_id = text(jiter)?,
            Member::PurchaseAt => receipt.purchase_at = text(jiter)?,
            Member::Currency => receipt.currency = text(jiter)?,
            Member::Store => object(jiter, |jiter, name| store(jiter, name, &mut receipt.store))?,
            Member::CustomerId => receipt.customer_id = text(jiter)?,
            Member::OperatorId => receipt.operator_id = text(jiter)?,
            Member::GrossAmount => receipt.gross_amount = whole(jiter)?,
            Member::NetAmount => receipt.net_amount = whole(jiter)?,
            Member::Items => receipt.items = list(jiter, item)?,
            _ => jiter.next_skip()?,
        }
        Ok(())
    })?;
    jiter.finish()?;
    Ok(receipt)
}

fn store(jiter: &mut Jiter<'_>, name: Member, store: &mut Store) -> JiterResult<()> {
    match name {
        Member::Id => store.id = text(jiter)?,
        Member::Name => store.name = text(jiter)?,
        Member::Chain => store.chain = text(jiter)?,
        Member::Mcc => store.mcc = text(jiter)?,
        _ => jiter.next_skip()?,
    }
    Ok(())
}

fn item(jiter: &mut Jiter<'_>) -> JiterResult<Item> {
    let mut item = Item {
        id: String::new(),
        line_id: 0,
        groups: Vec::new(),
        description: String::new(),
        quantity: 0,
        gross_amount: 0,
        net_amount: 0,
        unit_gross_price: 0,
        tax_percent: 0,
        barcode: String::new(),
        eligible_for_discount: false,
    };
    object(jiter, |jiter, name| {
        match name {
            Member::Id => item.id = text(jiter)?,
            Member::LineId => item.line_id = whole(jiter)?,
            Member::Groups => item.groups = list(jiter, group)?,
            Member::Description => item.description = text(jiter)?,
            Member::Quantity => item.quantity = whole(jiter)?,
            Member::GrossAmount => item.gross_amount = whole(jiter)?,
            Member::NetAmount => item.net_amount = whole(jiter)?,
            Member::UnitGrossPrice => item.unit_gross_price = whole(jiter)?,
            Member::TaxPercent => item.tax_percent = whole(jiter)?,
            Member::Barcode => item.barcode = text(jiter)?,
            Member::Eligible => item.eligible_for_discount = jiter.next_bool()?,
            _ => jiter.next_skip()?,
        }
        Ok(())
    })?;
    Ok(item)
}

fn group(jiter: &mut Jiter<'_>) -> JiterResult<Group> {
    let mut group = Group { id: String::new(), name: String::new() };
    object(jiter, |jiter, name| {
        match name {
            Member::Id => group.id = text(jiter)?,
            Member::Name => group.name = text(jiter)?,
            _ => jiter.next_skip()?,
        }
        Ok(())
    })?;
    Ok(group)
}
