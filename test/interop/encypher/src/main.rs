//! Judges files by encypher-c2pa: one JSON object a line. usage: judge ANCHORS.pem FILE...
use encypher_c2pa::{verify_file, VerifyOptions};

fn judge(file: &str, anchors: &str, version: &str) -> serde_json::Value {
    let options = VerifyOptions {
        trust_pem: Some(anchors.to_string()),
        tsa_trust_pem: Some(anchors.to_string()),
        no_default_trust: true,
        spec_version: Some(version.to_string()),
        ..Default::default()
    };
    match verify_file(file, None, &options) {
        Ok(report) => serde_json::json!({
            "file": file, "version": version, "state": report.validation_state,
            "failures": report.validation_results.failure.iter().map(|s| &s.code).collect::<Vec<_>>(),
        }),
        Err(error) => serde_json::json!({"file": file, "version": version, "state": error.to_string()}),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let anchors = std::fs::read_to_string(&arguments[1]).expect("anchors");
    for file in &arguments[2..] {
        for version in ["2.4", "2.5"] {
            println!("{}", judge(file, &anchors, version));
        }
    }
}
