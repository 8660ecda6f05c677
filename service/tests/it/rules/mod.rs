mod create;
mod give;
mod list;
