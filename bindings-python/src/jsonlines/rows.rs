//! Receipts as the columns that `evaluate_arrow` reads.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, Decimal128Array, ListArray, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use rabatt_engine::{Code, Decimal, Item, Problem, Receipt};

use super::extras::Extras;
use super::shape::{CUSTOMER, Column, STORE};
use crate::arrow::values::below;

/// Holds every [`Decimal`] there is: 19 digits before the point, 18 behind it.
const QUANTITY: (u8, i8) = (38, 18);
const QUANTITY_POWER: i128 = 1_000_000_000_000_000_000;

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn whole(name: &str) -> Field {
    Field::new(name, DataType::Int64, true)
}

fn flag(name: &str) -> Field {
    Field::new(name, DataType::Boolean, false)
}

fn element(kind: DataType) -> FieldRef {
    Arc::new(Field::new("item", kind, true))
}

fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn discount_fields() -> Fields {
    vec![text("discount_id"), whole("amount")].into()
}

fn line_fields() -> Fields {
    let list = |name: &str, kind: DataType| Field::new(name, DataType::List(element(kind)), false);
    vec![
        whole("line_id"),
        text("id"),
        list("groups", DataType::Utf8),
        Field::new("quantity", DataType::Decimal128(QUANTITY.0, QUANTITY.1), false),
        whole("gross_amount"),
        whole("unit_gross_price"),
        flag("eligible_for_discount"),
        flag("voided"),
        flag("is_return_item"),
        flag("scale_item"),
        list("discount_lines", DataType::Struct(discount_fields())),
        whole("cost_price"),
    ]
    .into()
}

/// The columns of every stream of JSON lines.
pub(super) fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        text("receipt_id"),
        Field::new("purchase_at", instant(), false),
        text("currency"),
        text("customer_id"),
        Field::new("store", STORE.kind(), true),
        Field::new("customer", CUSTOMER.kind(), true),
        Field::new("discount_code", DataType::List(element(DataType::Utf8)), false),
        Field::new("items", DataType::List(element(DataType::Struct(line_fields()))), false),
    ]))
}

/// Lists under construction.
#[derive(Debug, Default)]
struct Texts {
    texts: StringBuilder,
    lengths: Vec<usize>,
}

impl Texts {
    fn push<'t>(&mut self, texts: impl ExactSizeIterator<Item = &'t str>) {
        self.lengths.push(texts.len());
        texts.for_each(|text| self.texts.append_value(text));
    }

    fn finish(mut self) -> Result<ArrayRef, ArrowError> {
        let values: ArrayRef = Arc::new(self.texts.finish());
        Ok(Arc::new(ListArray::try_new(element(DataType::Utf8), OffsetBuffer::from_lengths(self.lengths), values, None)?))
    }
}

/// Receipts read so far.
#[derive(Debug)]
pub(super) struct Rows {
    receipt_id: StringBuilder,
    purchase_at: Vec<i64>,
    currency: StringBuilder,
    customer_id: StringBuilder,
    store: Column,
    customer: Column,
    codes: Texts,
    /// How many lines each has.
    lengths: Vec<usize>,
    lines: Lines,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            receipt_id: StringBuilder::new(),
            purchase_at: Vec::new(),
            currency: StringBuilder::new(),
            customer_id: StringBuilder::new(),
            store: Column::new(STORE),
            customer: Column::new(CUSTOMER),
            codes: Texts::default(),
            lengths: Vec::new(),
            lines: Lines::default(),
        }
    }
}

impl Rows {
    /// Reads a line; one that is blank is none.
    ///
    /// # Errors
    /// The first thing wrong with it; then nothing of it is added.
    pub(super) fn add(&mut self, line: &[u8]) -> Result<(), Problem> {
        let text = std::str::from_utf8(line).map_err(|error| {
            let message = format!("the text is not UTF-8: byte {} does not belong to a character", error.valid_up_to());
            Problem::new(Code::BadJson, "", message)
        })?;
        if text.trim().is_empty() {
            return Ok(());
        }
        let receipt = Receipt::from_json(text).map_err(first)?;
        let extras = Extras::read(text)?;
        self.store.check(&receipt.store).map_err(|problem| below(problem, "store"))?;
        self.customer.check(&receipt.customer).map_err(|problem| below(problem, "customer"))?;
        let (seconds, nanos) = receipt.purchase_at.timestamp();
        // Years 0 to 9999 in microseconds are far from the end of an i64.
        self.purchase_at.push(seconds * 1_000_000 + i64::from(nanos / 1_000));
        self.receipt_id.append_option(extras.receipt_id);
        self.currency.append_option(receipt.currency.as_deref());
        self.customer_id.append_option(extras.customer_id);
        self.store.push(&receipt.store);
        self.customer.push(&receipt.customer);
        self.codes.push(receipt.discount_codes.iter().map(|code| &**code));
        self.lengths.push(receipt.items.len());
        let costs = extras.costs.into_iter().chain(std::iter::repeat(None));
        receipt.items.iter().zip(costs).for_each(|(item, cost)| self.lines.push(item, cost));
        Ok(())
    }

    pub(super) fn finish(mut self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        let lines = self.lines.finish()?;
        let lines =
            ListArray::try_new(element(DataType::Struct(line_fields())), OffsetBuffer::from_lengths(self.lengths), lines, None)?;
        let at = TimestampMicrosecondArray::from(self.purchase_at).with_timezone("UTC");
        RecordBatch::try_new(
            Arc::clone(schema),
            vec![
                Arc::new(self.receipt_id.finish()),
                Arc::new(at),
                Arc::new(self.currency.finish()),
                Arc::new(self.customer_id.finish()),
                self.store.finish()?,
                self.customer.finish()?,
                self.codes.finish()?,
                Arc::new(lines),
            ],
        )
    }
}

/// Lines under construction.
#[derive(Debug, Default)]
struct Lines {
    line_id: Int64Builder,
    id: StringBuilder,
    groups: Texts,
    quantity: Vec<i128>,
    gross_amount: Int64Builder,
    unit_gross_price: Int64Builder,
    flags: [BooleanBuilder; 4],
    discount_lengths: Vec<usize>,
    discount_id: Vec<Option<String>>,
    discount_amount: Int64Builder,
    cost_price: Int64Builder,
}

impl Lines {
    fn push(&mut self, item: &Item<'_>, cost: Option<i64>) {
        self.line_id.append_option(item.line_id);
        self.id.append_option(item.id.as_deref());
        self.groups.push(item.groups.iter().map(|group| &**group));
        self.quantity.push(widened(item.quantity));
        self.gross_amount.append_option(item.gross_amount);
        self.unit_gross_price.append_option(item.unit_gross_price);
        let flags = [item.eligible_for_discount, item.voided, item.is_return_item, item.scale_item];
        self.flags.iter_mut().zip(flags).for_each(|(column, flag)| column.append_value(flag));
        self.discount_lengths.push(item.discount_lines.len());
        for line in &item.discount_lines {
            self.discount_id.push(line.discount_id.as_deref().map(str::to_owned));
            self.discount_amount.append_value(line.amount);
        }
        self.cost_price.append_option(cost);
    }

    fn finish(mut self) -> Result<ArrayRef, ArrowError> {
        let quantity = Decimal128Array::from(self.quantity).with_precision_and_scale(QUANTITY.0, QUANTITY.1)?;
        let given: Vec<ArrayRef> = vec![Arc::new(StringArray::from(self.discount_id)), Arc::new(self.discount_amount.finish())];
        let given = StructArray::try_new(discount_fields(), given, None)?;
        let given = ListArray::try_new(
            element(DataType::Struct(discount_fields())),
            OffsetBuffer::from_lengths(self.discount_lengths),
            Arc::new(given),
            None,
        )?;
        let [eligible, voided, returned, scale] = self.flags.map(|mut flags| -> ArrayRef { Arc::new(flags.finish()) });
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(self.line_id.finish()),
            Arc::new(self.id.finish()),
            self.groups.finish()?,
            Arc::new(quantity),
            Arc::new(self.gross_amount.finish()),
            Arc::new(self.unit_gross_price.finish()),
            eligible,
            voided,
            returned,
            scale,
            Arc::new(given),
            Arc::new(self.cost_price.finish()),
        ];
        Ok(Arc::new(StructArray::try_new(line_fields(), arrays, None)?))
    }
}

fn widened(quantity: Decimal) -> i128 {
    let (digits, power) = quantity.ratio();
    i128::from(digits) * (QUANTITY_POWER / i128::from(power))
}

fn first(problems: Vec<Problem>) -> Problem {
    problems.into_iter().next().unwrap_or_else(|| Problem::new(Code::BadJson, "", "this is no receipt"))
}
