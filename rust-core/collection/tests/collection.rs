//! A collection as the program and the app use it: what a change leaves behind, and what it refuses.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use hushwall_collection::{
    Arrived, Choices, Collection, CollectionError, Demands, Edit, NewList, Schedule, Sha256Hex,
    Source, Taken, Trouble,
};
use tempfile::TempDir;
use wire::HostName;

const HOUR: u64 = 3600;

/// A list of so many hosts; `salt` makes it another text.
fn text(hosts: usize, salt: &str) -> Vec<u8> {
    (0..hosts).map(|number| format!("host{number}.{salt}.example\n")).collect::<String>().into()
}

fn arrived(text: Vec<u8>) -> Arrived {
    Arrived { text, etag: Some("\"tag\"".to_owned()), last_modified: None }
}

fn new_list(name: &str, update: Schedule) -> NewList {
    NewList {
        name: name.to_owned(),
        source: Source::Url("https://lists.example/a.txt".to_owned()),
        licence: "MIT".to_owned(),
        choices: Choices {
            format: None,
            include_subdomains: false,
            allow_public_suffixes: false,
            update,
        },
    }
}

/// A folder with one list of a hundred hosts, added at this moment.
fn folder_at(now: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut edit = Edit::begin(folder.path()).unwrap();
    let new = new_list("ads", Schedule::EveryHours(24));
    edit.add(new, arrived(text(100, "one")), &Demands::default(), now).unwrap().unwrap();
    assert_eq!(edit.save().unwrap().names, 100);
    folder
}

fn update(folder: &Path, text: Vec<u8>, now: u64) -> Result<Taken, Trouble> {
    let mut edit = Edit::begin(folder).unwrap();
    let outcome = edit.update("ads", None, arrived(text), &Demands::default(), now).unwrap();
    edit.save().unwrap();
    outcome
}

fn read(folder: &Path) -> Collection {
    Collection::read(folder).unwrap().unwrap()
}

fn blocks(folder: &Path, host: &str) -> bool {
    let (_, index) = Collection::read_with_index(folder).unwrap().unwrap();
    index.is_some_and(|index| {
        index.lookup(&HostName::parse(host.as_bytes()).unwrap()).next().is_some()
    })
}

/// All files below, by name, with their content.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn an_update_replaces_text_and_index_and_undo_brings_both_back() {
    let folder = folder_at(1000);
    let taken = update(folder.path(), text(120, "two"), 2000).unwrap();
    assert_eq!((taken.before.unwrap().rules, taken.now.rules), (100, 120));
    assert!(blocks(folder.path(), "host0.two.example"));
    assert!(!blocks(folder.path(), "host0.one.example"));

    let mut edit = Edit::begin(folder.path()).unwrap();
    assert_eq!(edit.last_updated(), ["ads"]);
    edit.undo("ads").unwrap();
    assert!(edit.last_updated().is_empty());
    edit.save().unwrap();
    assert!(blocks(folder.path(), "host0.one.example"));
    assert_eq!(read(folder.path()).lists()[0].now.rules, 100);

    // The source still has what was taken back; it is not taken until it is another text.
    assert_eq!(update(folder.path(), text(120, "two"), 3000), Err(Trouble::TakenBack));
    assert!(blocks(folder.path(), "host0.one.example"));
    update(folder.path(), text(130, "three"), 4000).unwrap();
    assert!(blocks(folder.path(), "host0.three.example"));
}

#[test]
fn undo_of_an_undo_takes_the_newer_text_again() {
    let folder = folder_at(1000);
    update(folder.path(), text(120, "two"), 2000).unwrap();
    for host in ["host0.one.example", "host0.two.example", "host0.one.example"] {
        let mut edit = Edit::begin(folder.path()).unwrap();
        edit.undo("ads").unwrap();
        edit.save().unwrap();
        assert!(blocks(folder.path(), host), "{host}");
    }
}

#[test]
fn what_is_broken_or_much_shorter_leaves_the_old_text_and_is_noted() {
    let folder = folder_at(1000);
    let before = files(folder.path());
    let page = b"<!doctype html>\n<p>\nhost.example\n</p>\n".to_vec();
    for (text, trouble) in [
        (text(49, "two"), Trouble::Shrunken { rules: 49, before: 100 }),
        (page, Trouble::WebPage),
        (b"\x1f\x8b\x08\x00\x00".to_vec(), Trouble::NotText),
        (b"# nothing\nco.uk\n".to_vec(), Trouble::NoRules { lines: 1, format: "domains".into() }),
        (Vec::new(), Trouble::NoRules { lines: 0, format: "domains".into() }),
        (vec![b'a'; lists::MAX_BYTES + 1], Trouble::TooLarge { limit: lists::MAX_BYTES as u64 }),
    ] {
        assert_eq!(update(folder.path(), text, 2000), Err(trouble.clone()));
        let collection = read(folder.path());
        assert_eq!(collection.lists()[0].failure.as_ref().unwrap().trouble, trouble);
        assert_eq!(collection.lists()[0].now.rules, 100);
        // Only the note is new.
        let manifest = |name: &str| name.ends_with("lists.json");
        let others = |files: Vec<(String, Vec<u8>)>| {
            files.into_iter().filter(|file| !manifest(&file.0)).collect::<Vec<_>>()
        };
        assert_eq!(others(files(folder.path())), others(before.clone()));
    }
    // Half is not much shorter.
    update(folder.path(), text(50, "two"), 3000).unwrap();
    assert_eq!(read(folder.path()).lists()[0].failure, None);
}

#[test]
fn the_user_may_insist_on_a_shorter_text_and_on_a_checksum() {
    let folder = folder_at(1000);
    let mut edit = Edit::begin(folder.path()).unwrap();
    let short = text(3, "two");
    let wanted = Sha256Hex::of(b"another");
    let demands = Demands { sha256: Some(wanted.clone()), accept_shrunken: true };
    let refused = edit.update("ads", None, arrived(short.clone()), &demands, 2000).unwrap();
    assert_eq!(refused, Err(Trouble::OtherChecksum { wanted, found: Sha256Hex::of(&short) }));
    let demands = Demands { sha256: Some(Sha256Hex::of(&short)), accept_shrunken: true };
    assert!(edit.update("ads", None, arrived(short), &demands, 2000).unwrap().is_ok());
    edit.save().unwrap();
    assert!(blocks(folder.path(), "host0.two.example"));
}

#[test]
fn a_list_that_is_off_does_not_count_and_keeps_its_text() {
    let folder = folder_at(1000);
    for on in [false, true] {
        let mut edit = Edit::begin(folder.path()).unwrap();
        edit.set_on("ads", on).unwrap();
        edit.save().unwrap();
        assert_eq!(blocks(folder.path(), "host0.one.example"), on);
    }
    let mut edit = Edit::begin(folder.path()).unwrap();
    edit.remove("ads").unwrap();
    edit.save().unwrap();
    let left: Vec<String> = files(folder.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(left.len(), 2, "lock and manifest: {left:?}");
    assert!(read(folder.path()).lists().is_empty());
}

#[test]
fn subdomains_are_a_choice_of_each_list() {
    let folder = folder_at(1000);
    assert!(!blocks(folder.path(), "www.host0.one.example"));
    let mut edit = Edit::begin(folder.path()).unwrap();
    let choices = Choices { include_subdomains: true, ..new_list("", Schedule::ByHand).choices };
    edit.choose("ads", choices).unwrap();
    edit.save().unwrap();
    assert!(blocks(folder.path(), "www.host0.one.example"));
}

#[test]
fn a_schedule_comes_due_and_a_failure_does_not_put_it_off() {
    let due = |folder: &TempDir, now| read(folder.path()).lists()[0].is_due(now);
    let start = 1_000_000;
    let folder = folder_at(start);
    assert!(!due(&folder, start + 24 * HOUR - 1));
    assert!(due(&folder, start + 24 * HOUR));
    assert!(due(&folder, start - 1), "the clock was put back");
    update(folder.path(), Vec::new(), start + 25 * HOUR).unwrap_err();
    assert!(due(&folder, start + 25 * HOUR));
    let mut edit = Edit::begin(folder.path()).unwrap();
    edit.unchanged("ads", start + 26 * HOUR).unwrap();
    edit.save().unwrap();
    assert!(!due(&folder, start + 27 * HOUR));
}

#[test]
fn two_cannot_change_it_at_once_and_reading_goes_on() {
    let folder = folder_at(1000);
    let edit = Edit::begin(folder.path()).unwrap();
    assert!(matches!(Edit::begin(folder.path()), Err(CollectionError::Busy(_))));
    assert!(blocks(folder.path(), "host0.one.example"));
    drop(edit);
    Edit::begin(folder.path()).unwrap();
}

#[test]
fn an_edit_that_is_not_saved_has_changed_nothing() {
    let folder = folder_at(1000);
    let manifest = fs::read(folder.path().join("lists.json")).unwrap();
    let mut edit = Edit::begin(folder.path()).unwrap();
    edit.update("ads", None, arrived(text(120, "two")), &Demands::default(), 2000)
        .unwrap()
        .unwrap();
    drop(edit);
    assert_eq!(fs::read(folder.path().join("lists.json")).unwrap(), manifest);
    assert!(blocks(folder.path(), "host0.one.example"));
    // The text that it left behind goes with the next change; what is not ours stays.
    fs::write(folder.path().join("texts/notes.txt"), "mine").unwrap();
    let mut edit = Edit::begin(folder.path()).unwrap();
    edit.unchanged("ads", 3000).unwrap();
    edit.save().unwrap();
    let names: Vec<String> = files(folder.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), 5, "lock, manifest, index, text, notes: {names:?}");
}

#[test]
fn a_manifest_of_a_newer_version_or_with_a_fault_is_told_and_stays() {
    let folder = folder_at(1000);
    let path = folder.path().join("lists.json");
    let good = fs::read_to_string(&path).unwrap();
    for (manifest, words) in [
        (good.replace("\"version\": 1", "\"version\": 2, \"more\": {}"), "version 2"),
        (good.replace("\"version\": 1", "\"version\": 0"), "version: 0"),
        (good.replace("every_hours", "every_days"), "lists[0].update"),
        (good.replace("\"on\": true", "\"on\": 1"), "lists[0].on"),
        (good.replace("\"on\": true", "\"on\": true, \"colour\": 1"), "colour"),
        (good.replace("https://", "http://"), "lists[0].source.url"),
        (good.replace("\"rules\": 100", "\"rules\": -1"), "lists[0].now.rules"),
        (good.replace("\"name\": \"ads\"", "\"name\": \"\""), "lists[0].name"),
        (good.replace("\"index\": \"", "\"index\": \"../../"), "index"),
        (good[..good.len() / 2].to_owned(), "EOF"),
        (good.clone() + "x", "trailing"),
        ("[]".to_owned(), "line 1"),
    ] {
        assert_ne!(manifest, good, "{words}");
        fs::write(&path, &manifest).unwrap();
        let before = files(folder.path());
        for error in
            [Collection::read(folder.path()).unwrap_err(), Edit::begin(folder.path()).unwrap_err()]
        {
            let told = error.to_string();
            assert!(told.contains(words) && told.contains("lists.json"), "{words}: {told}");
        }
        assert_eq!(files(folder.path()), before, "{words}");
    }
}

#[test]
fn a_damaged_index_is_told_and_mended_by_the_next_change_and_a_damaged_text_is_not_compiled() {
    let folder = folder_at(1000);
    let collection = read(folder.path());
    fs::write(collection.index_path().unwrap(), "damaged").unwrap();
    let error = Collection::read_with_index(folder.path()).unwrap_err();
    assert!(matches!(error, CollectionError::Index { .. }), "{error}");
    let mut edit = Edit::begin(folder.path()).unwrap();
    edit.unchanged("ads", 2000).unwrap();
    edit.save().unwrap();
    assert!(blocks(folder.path(), "host0.one.example"));

    fs::write(collection.text_path(&collection.lists()[0]), "other.example\n").unwrap();
    let mut edit = Edit::begin(folder.path()).unwrap();
    edit.set_on("ads", true).unwrap();
    let error = edit.save().unwrap_err();
    assert!(matches!(&error, CollectionError::Text(name) if name == "ads"), "{error}");
    assert!(blocks(folder.path(), "host0.one.example"));
    // The same text from the source makes it whole.
    update(folder.path(), text(100, "one"), 3000).unwrap();
    let collection = read(folder.path());
    assert_eq!(collection.text(&collection.lists()[0]).unwrap(), text(100, "one"));
}

#[test]
fn names_are_unique_and_can_be_shown() {
    let folder = folder_at(1000);
    let mut edit = Edit::begin(folder.path()).unwrap();
    let add = |edit: &mut Edit, name: &str| {
        let new = new_list(name, Schedule::ByHand);
        edit.add(new, arrived(text(1, "x")), &Demands::default(), 2000).map(Result::unwrap)
    };
    assert!(matches!(add(&mut edit, "ads"), Err(CollectionError::NameTaken(_))));
    for name in ["", " ", "ads ", "a\nb", "a\u{1b}[31mb", &"x".repeat(256)] {
        assert!(matches!(add(&mut edit, name), Err(CollectionError::Name { .. })), "{name:?}");
    }
    add(&mut edit, "Ads, of mine").unwrap();
    assert_eq!(edit.save().unwrap().names, 101);
}
