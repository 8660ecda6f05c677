mod bad_input;
mod recalculate;
mod refs;
