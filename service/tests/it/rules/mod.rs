mod change;
mod create;
mod give;
mod list;
