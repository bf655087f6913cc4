//! Replays the kept corpora, with the pinned compiler and without the fuzzer.

use std::fs;
use std::path::Path;

use hushwall_fuzz::TARGETS;

#[test]
fn the_kept_inputs_break_nothing() {
    for (name, run) in TARGETS {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let inputs = fs::read_dir(&corpus).unwrap_or_else(|error| {
            panic!("{} holds the inputs of {name}: {error}", corpus.display())
        });
        let mut replayed = 0;
        for input in inputs {
            let path = input.unwrap().path();
            // The test's output is shown when it fails: the last line is the input.
            println!("{}", path.display());
            run(&fs::read(&path).unwrap());
            replayed += 1;
        }
        assert!(replayed > 0, "{} is empty", corpus.display());
    }
}
