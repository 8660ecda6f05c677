//! zen-engine on the workload as [`rabatt_benches::zen`] models it.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rabatt_benches::plain::Receipt;
use rabatt_benches::scan::Scan;
use zen_engine::Decision;
use zen_engine::Variable;
use zen_engine::model::GraphContent;

/// A compiled decision, and the receipts prepared for it.
pub struct Zen {
    decision: Decision,
    inputs: Vec<Variable>,
    texts: Vec<String>,
}

impl Zen {
    /// Compiles the model and prepares the receipts.
    pub fn new(scan: &Scan, receipts: &[Receipt]) -> Result<Self, String> {
        let decision = compile(&rabatt_benches::zen::model(scan).to_string())?;
        let inputs = receipts.iter().map(|receipt| rabatt_benches::zen::input(scan, receipt));
        let texts: Vec<String> = inputs.map(|input| input.to_string()).collect();
        let inputs = texts.iter().map(|text| read(text)).collect::<Result<_, _>>()?;
        Ok(Self { decision, inputs, texts })
    }

    /// Evaluates one of the receipts, its values made before.
    pub fn in_memory(&self, receipt: usize) -> Result<Variable, String> {
        let input = self.inputs.get(receipt).cloned().ok_or("no such receipt")?;
        self.evaluate(input)
    }

    /// Evaluates one of the receipts from JSON into JSON.
    pub fn text(&self, receipt: usize) -> Result<String, String> {
        let answer = self.evaluate(read(self.texts.get(receipt).ok_or("no such receipt")?)?)?;
        serde_json::to_string(&answer).map_err(|error| error.to_string())
    }

    fn evaluate(&self, input: Variable) -> Result<Variable, String> {
        let done = at_once(self.decision.evaluate(input)).ok_or("zen-engine waited for something")?;
        done.map(|response| response.result).map_err(|error| format!("{error:?}"))
    }
}

/// Reads and compiles a model, which builds zen's index of equality columns.
pub fn compile(model: &str) -> Result<Decision, String> {
    let mut content: GraphContent = serde_json::from_str(model).map_err(|error| error.to_string())?;
    content.compile();
    Ok(Decision::from(content))
}

fn read(text: &str) -> Result<Variable, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Tables do not wait for anything, so no runtime is needed, which would cost.
fn at_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
