//! The `rabatt` program.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rabatt_service::cli::{account, check, evaluate};
use rabatt_service::serve;

/// Rabatt recalculates a shopping cart: discounts, coupons, stamps and bonus, line by line.
/// Requests make and drop many small things on whatever thread serves them, which this does faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
#[command(name = "rabatt", version, about)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::ServeArgs),
    Evaluate(evaluate::EvaluateArgs),
    Check(check::CheckArgs),
    Account(account::AccountArgs),
}

fn main() -> ExitCode {
    match Program::parse().command {
        Command::Serve(args) => serve::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Account(args) => account::run(&args),
    }
}
