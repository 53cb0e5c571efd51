use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{ImageError, MessageFormat, load, load_inside, media_type};
use crate::project::ProjectFiles;
use crate::value::{ImageContent, Value, python_str};

/// A picture of two by two red dots.
const RED: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02\x08\x02\0\0\0";

fn value(json: serde_json::Value) -> Value {
    Value::from(json)
}

/// A project with a picture, a text, and things outside of it.
fn project() -> (tempfile::TempDir, ProjectFiles) {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("project");
    std::fs::create_dir_all(root.join(".flow")).unwrap();
    std::fs::create_dir_all(root.join("flow/%2e%2e")).unwrap();
    for (path, bytes) in [
        ("flow/red.png", RED),
        ("flow/photo.jpg", b"\xff\xd8\xff\xe0rest"),
        ("shared.png", RED),
        ("flow/.env", b"OPENAI_API_KEY=flow-canary"),
        ("flow/wrong.png", b"OPENAI_API_KEY=flow-canary"),
        ("../outside.png", RED),
    ] {
        std::fs::write(root.join(path), bytes).unwrap();
    }
    let files = ProjectFiles::new(&root.join("flow"));
    (temp, files)
}

fn url_of(loaded: &Value) -> String {
    loaded.as_image().unwrap().url()
}

#[test]
fn a_picture_is_given_in_each_of_the_forms() {
    let (_temp, files) = project();
    let encoded = BASE64.encode(RED);
    let data = format!("data:image/png;base64,{encoded}");
    for given in [
        serde_json::json!({"data:image/png;path": "red.png"}),
        serde_json::json!({"data:image/*;path": "./red.png"}),
        serde_json::json!({"data:image/png;path": "../shared.png"}),
        serde_json::json!({"data:image/png;base64": encoded}),
        serde_json::json!({"data:image/jpeg;base64": encoded}),
        serde_json::json!({"data:image/png;url": data}),
        serde_json::json!({"type": "image_file", "image_file": {"path": "red.png"}}),
        serde_json::json!({"type": "image_url", "image_url": {"url": data}}),
        serde_json::json!("red.png"),
        serde_json::json!(encoded),
        serde_json::json!(data),
    ] {
        let loaded = load(&value(given.clone()), &files).unwrap_or_else(|error| panic!("{given}: {error}"));
        assert_eq!(url_of(&loaded), data, "{given}");
        assert_eq!(load(&loaded, &files).unwrap(), loaded, "a picture stays one");
    }
    let far =
        load(&value(serde_json::json!({"data:image/png;url": "https://pictures.example/red.png"})), &files).unwrap();
    assert_eq!(url_of(&far), "https://pictures.example/red.png");
    assert!(matches!(far.as_image().unwrap().content(), ImageContent::Url(_)));
    assert_eq!(load(&Value::from("photo.jpg"), &files).unwrap().as_image().unwrap().mime(), "image/jpeg");
    assert_eq!(load(&Value::Null, &files).unwrap(), Value::Null);
}

#[test]
fn a_picture_prints_as_promptflow_prints_it_and_writes_as_its_mapping() {
    let (_temp, files) = project();
    let loaded = load(&Value::from("red.png"), &files).unwrap();
    let printed = python_str(&loaded);
    assert!(printed.starts_with("Image(") && printed.len() == "Image(01234567)".len(), "{printed}");
    let encoded = BASE64.encode(RED);
    assert_eq!(loaded.to_json(), format!("{{\"data:image/png;base64\":\"{encoded}\"}}"));
    let again = load(&Value::from_json(&loaded.to_json()).unwrap(), &files).unwrap();
    assert_eq!(again, loaded);
}

#[test]
fn pictures_inside_of_lists_and_mappings_are_found() {
    let (_temp, files) = project();
    let given = value(
        serde_json::json!(["see", {"data:image/png;path": "red.png"}, {"deep": [{"data:image/png;path": "red.png"}]}]),
    );
    let loaded = load_inside(&given, MessageFormat::Basic, &files).unwrap();
    let items = loaded.as_list().unwrap();
    assert!(items[1].as_image().is_some());
    assert!(items[2].get("deep").unwrap().as_list().unwrap()[0].as_image().is_some());
    for other in [
        serde_json::json!({"data:image/png;path": "red.png", "b": 1}),
        serde_json::json!({"data:image/png;file": "red.png"}),
        serde_json::json!({"data:text/plain;path": "red.png"}),
        serde_json::json!({"data:image/;path": "red.png"}),
        serde_json::json!({"data:image/png;path": 5}),
        serde_json::json!(["red.png"]),
        serde_json::json!({"type": "image_file", "image_file": {"path": "red.png"}}),
    ] {
        let given = value(other);
        assert_eq!(
            load_inside(&given, MessageFormat::Basic, &files).unwrap(),
            given,
            "no picture, so it stays what it is"
        );
    }
    assert!(
        load_inside(&value(serde_json::json!([{"data:image/png;path": "gone.png"}])), MessageFormat::Basic, &files)
            .is_err()
    );
}

#[test]
fn in_openai_s_form_parts_are_pictures_and_texts() {
    let (_temp, files) = project();
    let given = value(serde_json::json!([
        {"type": "text", "text": "look"},
        {"type": "text", "text": {"value": "here"}},
        {"type": "image_file", "image_file": {"path": "red.png"}},
        {"type": "image_url", "image_url": {"url": "https://pictures.example/a.png"}},
        {"data:image/png;path": "red.png"},
        {"type": "other", "text": "stays"},
    ]));
    let loaded = load_inside(&given, MessageFormat::OpenAiVision, &files).unwrap();
    let items = loaded.as_list().unwrap();
    assert_eq!((items[0].as_str(), items[1].as_str()), (Some("look"), Some("here")));
    assert!(items[2..5].iter().all(|item| item.as_image().is_some()));
    assert_eq!(items[5].to_json(), r#"{"type":"other","text":"stays"}"#);
}

#[test]
fn no_path_leads_out_of_the_project() {
    let (temp, files) = project();
    let root = temp.path().join("project");
    let outside = temp.path().join("outside.png");
    #[cfg(unix)]
    for (target, link) in [
        (outside.clone(), root.join("flow/link.png")),
        (temp.path().to_path_buf(), root.join("flow/folder")),
        (root.join("flow/link.png"), root.join("flow/twice.png")),
    ] {
        std::os::unix::fs::symlink(target, link).unwrap();
    }
    let absolute = outside.display().to_string();
    let doubled = format!("/{absolute}");
    let back = "../".repeat(40) + absolute.trim_start_matches('/');
    let mut paths = vec![
        "../../outside.png",
        "./../../outside.png",
        "a/../../../outside.png",
        "../flow/../../outside.png",
        "..//..//outside.png",
        "../../project/../outside.png",
        &absolute,
        &doubled,
        &back,
        "link.png",
        "folder/outside.png",
        "twice.png",
        "./link.png",
        "../flow/link.png",
        "%2e%2e/%2e%2e/outside.png",
        "%2e%2e%2f%2e%2e%2foutside.png",
        "..%2f..%2foutside.png",
        "%2e%2e/outside.png",
        "..\\..\\outside.png",
        "C:\\outside.png",
        "C:/outside.png",
        "\\\\server\\share\\outside.png",
        "//server/share/outside.png",
        "red.png::$DATA",
        "red.png\0",
        "../../outside.png\0.png",
        "\0",
        "~/outside.png",
        "$HOME/outside.png",
        "file:outside.png",
        "/dev/zero",
        "/proc/self/environ",
        "/etc/hostname",
        "",
        " ",
        ".",
        "..",
        "../..",
        "flow/",
        "....//....//outside.png",
        "..;/outside.png",
        "\u{2024}\u{2024}/outside.png",
        "\u{ff0e}\u{ff0e}/outside.png",
        "red.png/",
        "red.png/..",
        "red.png/../../../outside.png",
        ".env",
        "wrong.png",
        "../../outside.PNG",
    ];
    // What is a text here may be an address there; both ways must hold.
    paths.extend(["file:///etc/hostname", "ftp://host.example/red.png", "javascript:alert(1)", "http:/x", "https//x"]);
    assert!(paths.len() >= 50, "{}", paths.len());
    for path in paths {
        for given in [
            Value::map([("data:image/png;path", Value::from(path))]),
            value(serde_json::json!({"type": "image_file", "image_file": {"path": path}})),
            Value::from(path),
        ] {
            let loaded = load(&given, &files);
            let error = loaded.expect_err(&format!("{path:?} as {given:?}"));
            assert!(!error.to_string().contains("flow-canary"), "{error}");
        }
    }
}

#[test]
fn what_is_no_picture_is_refused() {
    let (temp, files) = project();
    let said = |given: serde_json::Value| load(&value(given), &files).unwrap_err().to_string();
    assert!(said(serde_json::json!(5)).starts_with("a picture is a file's path"));
    assert!(said(serde_json::json!({"a": 1})).starts_with("a picture is a file's path"));
    assert!(said(serde_json::json!("wrong.png")).contains("is no picture"));
    assert!(said(serde_json::json!("gone.png")).contains("is not there"));
    assert!(said(serde_json::json!({"data:image/png;base64": "%%%"})).contains("base64"));
    assert!(said(serde_json::json!({"data:image/png;url": "http://a b"})).contains("no address"));
    assert!(said(serde_json::json!({"data:image/png;url": "data:text/html;base64,AAAA"})).contains("base64"));
    let large = temp.path().join("project/flow/large.png");
    std::fs::File::create(&large).unwrap().set_len(21 << 20).unwrap();
    assert!(matches!(load(&Value::from("large.png"), &files), Err(ImageError::TooLarge)));
    assert!(matches!(super::read_file(Path::new("/")), Err(ImageError::Unreadable { .. })));
}

#[test]
fn media_types_are_told_by_content() {
    for (bytes, mime) in [
        (RED, Some("image/png")),
        (b"GIF89a...", Some("image/gif")),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp")),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"\0\0\0\x1cftypavif", Some("image/avif")),
        (b"BM\x10\0\0\0\0\0\0\0", Some("image/bmp")),
        (b"BMW is a firm", None),
        (b"<svg/>", None),
        (b"", None),
    ] {
        assert_eq!(media_type(bytes), mime);
    }
}
