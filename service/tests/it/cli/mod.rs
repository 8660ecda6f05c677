mod account;
mod evaluate;
