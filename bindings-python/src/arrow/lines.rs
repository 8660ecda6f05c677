//! The columns of lines, and one line of them as an `Item`.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StructArray};
use arrow_schema::DataType;
use rabatt_engine::{Code, Decimal, DiscountLine, Item, Problem};

use super::columns::{Flags, Lists, Numbers, Texts};
use super::fault::{column, wrong_type};
use super::values::below;

/// The columns of lines that rules look at.
#[derive(Debug)]
pub(crate) struct LineColumns {
    line_id: Option<Numbers>,
    id: Option<Texts>,
    groups: Option<(Lists, Option<Texts>)>,
    quantity: Option<Numbers>,
    gross_amount: Option<Numbers>,
    unit_gross_price: Option<Numbers>,
    eligible_for_discount: Option<Flags>,
    voided: Option<Flags>,
    is_return_item: Option<Flags>,
    scale_item: Option<Flags>,
    discount_lines: Option<DiscountLines>,
}

#[derive(Debug)]
struct DiscountLines {
    lists: Lists,
    amount: Option<Numbers>,
    discount_id: Option<Texts>,
}

impl LineColumns {
    /// Finds them in a struct; `prefix` is `items.` where the columns are those of a list.
    ///
    /// # Errors
    /// Every column that is missing or of a type that cannot be right.
    pub(crate) fn new(prefix: &str, lines: &StructArray) -> Result<Self, Vec<Problem>> {
        let mut find = Columns { prefix, lines, problems: Vec::new() };
        let columns = Self {
            line_id: find.read("line_id", Numbers::whole_only),
            id: find.read("id", Texts::new),
            groups: find.read("groups", groups),
            quantity: find.read("quantity", Numbers::new),
            gross_amount: find.read("gross_amount", Numbers::whole_only),
            unit_gross_price: find.read("unit_gross_price", Numbers::whole_only),
            eligible_for_discount: find.read("eligible_for_discount", Flags::new),
            voided: find.read("voided", Flags::new),
            is_return_item: find.read("is_return_item", Flags::new),
            scale_item: find.read("scale_item", Flags::new),
            discount_lines: find.read("discount_lines", DiscountLines::new),
        };
        // Without these no line counts, or none gets a discount: surely not what was meant.
        find.need(&["gross_amount", "unit_gross_price"], "what the line costs before discounts, in minor units (int64)");
        find.need(&["eligible_for_discount"], "lines that are not eligible get no discount (bool)");
        if find.problems.is_empty() { Ok(columns) } else { Err(find.problems) }
    }

    /// What a line is called: its `line_id`, or its position.
    pub(crate) fn name(&self, at: usize, position: i64) -> i64 {
        self.line_id.as_ref().and_then(|numbers| numbers.whole(at).ok()).flatten().unwrap_or(position)
    }

    /// Fills in a line.
    pub(crate) fn fill<'b>(&'b self, at: usize, item: &mut Item<'b>) -> Result<(), Problem> {
        let flag = |flags: &Option<Flags>| flags.as_ref().and_then(|flags| flags.get(at)).unwrap_or(false);
        item.line_id = cell(&self.line_id, "line_id", |numbers| numbers.whole(at))?;
        item.id = self.id.as_ref().and_then(|texts| texts.get(at)).map(Cow::Borrowed);
        item.groups.clear();
        if let Some((lists, Some(ids))) = &self.groups {
            item.groups.extend(lists.range(at).filter_map(|at| ids.get(at)).map(Cow::Borrowed));
        }
        item.quantity = cell(&self.quantity, "quantity", |numbers| numbers.decimal(at))?.unwrap_or(Decimal::ONE);
        item.gross_amount = cell(&self.gross_amount, "gross_amount", |numbers| numbers.whole(at))?;
        item.unit_gross_price = cell(&self.unit_gross_price, "unit_gross_price", |numbers| numbers.whole(at))?;
        item.eligible_for_discount = flag(&self.eligible_for_discount);
        item.voided = flag(&self.voided);
        item.is_return_item = flag(&self.is_return_item);
        item.scale_item = flag(&self.scale_item);
        item.discount_lines.clear();
        if let Some(lines) = &self.discount_lines {
            lines.read(at, &mut item.discount_lines).map_err(|problem| below(problem, "discount_lines"))?;
        }
        Ok(())
    }
}

/// Makes a line like one that names nothing, but keeps its memory.
pub(crate) fn clear<'b>(item: &mut Item<'b>) {
    let (mut groups, mut discount_lines) = (std::mem::take(&mut item.groups), std::mem::take(&mut item.discount_lines));
    groups.clear();
    discount_lines.clear();
    *item = Item { groups, discount_lines, ..Item::default() };
}

impl DiscountLines {
    fn new(name: &str, array: &ArrayRef) -> Result<Option<Self>, Problem> {
        const WANTED: &str = "a list of structs with `amount` and `discount_id` belongs there";
        let Some((lists, values)) = Lists::new(name, array, WANTED)? else { return Ok(None) };
        match values.data_type() {
            DataType::Null => Ok(None),
            DataType::Struct(_) => {
                let entries = values.as_struct();
                let entry = |member: &str| entries.column_by_name(member).map(|array| (format!("{name}.{member}"), array));
                let amount = entry("amount").map(|(name, array)| Numbers::whole_only(&name, array)).transpose()?.flatten();
                let discount_id = entry("discount_id").map(|(name, array)| Texts::new(&name, array)).transpose()?.flatten();
                Ok(Some(Self { lists, amount, discount_id }))
            }
            other => Err(wrong_type(name, other, WANTED)),
        }
    }

    fn read<'b>(&'b self, at: usize, out: &mut Vec<DiscountLine<'b>>) -> Result<(), Problem> {
        for (n, at) in self.lists.range(at).enumerate() {
            let amount =
                cell(&self.amount, "amount", |numbers| numbers.whole(at)).map_err(|problem| below(problem, &n.to_string()))?;
            let discount_id = self.discount_id.as_ref().and_then(|ids| ids.get(at)).map(Cow::Borrowed);
            out.push(DiscountLine { discount_id, amount: amount.unwrap_or(0) });
        }
        Ok(())
    }
}

/// `groups`: a list of structs with `id`, or of the ids themselves.
fn groups(name: &str, array: &ArrayRef) -> Result<Option<(Lists, Option<Texts>)>, Problem> {
    let Some((lists, values)) = Lists::new(name, array, "a list of group ids, or of structs with `id`, belongs there")? else {
        return Ok(None);
    };
    let ids = match values.data_type() {
        DataType::Struct(_) => match values.as_struct().column_by_name("id") {
            Some(ids) => Texts::new(&format!("{name}.id"), ids)?,
            None => return Err(column(name, Code::MissingMember, format!("the structs in `{name}` have no field `id`"))),
        },
        _ => Texts::new(name, &values)?,
    };
    Ok(Some((lists, ids)))
}

/// A cell of a column that may not be there; a problem gets the column's name.
fn cell<C, T>(column: &Option<C>, name: &str, read: impl FnOnce(&C) -> Result<Option<T>, Problem>) -> Result<Option<T>, Problem> {
    column.as_ref().map_or(Ok(None), |column| read(column).map_err(|problem| below(problem, name)))
}

/// Looks columns up and collects what is wrong with them.
struct Columns<'a> {
    prefix: &'a str,
    lines: &'a StructArray,
    problems: Vec<Problem>,
}

impl Columns<'_> {
    fn read<T>(&mut self, name: &str, read: impl FnOnce(&str, &ArrayRef) -> Result<Option<T>, Problem>) -> Option<T> {
        let array = self.lines.column_by_name(name)?;
        read(&format!("{}{name}", self.prefix), array).unwrap_or_else(|problem| {
            self.problems.push(problem);
            None
        })
    }

    /// One of these columns is there, whatever its type.
    fn need(&mut self, names: &[&str], why: &str) {
        if names.iter().all(|name| self.lines.column_by_name(name).is_none()) {
            let all = names.iter().map(|name| format!("`{}{name}`", self.prefix)).collect::<Vec<_>>().join(" or ");
            let first = format!("{}{}", self.prefix, names.first().copied().unwrap_or_default());
            self.problems.push(column(&first, Code::MissingMember, format!("column {all} is missing: {why}")));
        }
    }
}
