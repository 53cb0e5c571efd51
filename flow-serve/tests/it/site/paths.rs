//! Paths that lead out of a project, or to files that are nobody's business.

use flow_serve::{ServerOptions, SiteOptions};
use serde_json::json;

use crate::flows::Flows;

/// Gives a picture back.
const PICTURE: &str = "\
inputs:
  pic: { type: image }
outputs:
  pic: { type: image, reference: \"${inputs.pic}\" }
nodes: []
";

#[tokio::test(flavor = "multi_thread")]
async fn no_address_leads_to_a_file() {
    let flows = Flows::chat("", SiteOptions::default(), ServerOptions::default()).await;
    for path in [
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/chat/../../../../etc/passwd",
        "/docs/../../../etc/passwd",
        "/docs/%2e%2e/%2e%2e/etc/passwd",
        "/docs/..%5c..%5cetc%5cpasswd",
        "/docs//etc/passwd",
        "/docs/docs.css%00.txt",
        "//etc/passwd",
        "/flow.yaml",
        "/chat/flow.yaml",
        "/chat/.env",
        "/docs/%00",
        "/docs/....//....//etc/passwd",
        "/docs/..;/..;/etc/passwd",
        "/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
        "/docs/%252e%252e/%252e%252e/etc/passwd",
        "/chat%2fflow.yaml",
        "/serve-keys.yaml",
        "/.flow/runs",
        "/.git/config",
    ] {
        let came = flows.ask("GET", path, "", "").await;
        assert_eq!(came.status(), 404, "{path}: {came:?}");
        assert!(!came.body.contains("root:") && !came.body.contains("nodes:"), "{path}: {came:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_read_from_the_project_alone() {
    let flows = Flows::of(&[("picture", PICTURE)], "", SiteOptions::default(), ServerOptions::default()).await;
    for path in [
        "../../../../../../etc/passwd",
        "/etc/passwd",
        "/proc/self/environ",
        "flow.yaml",
        "./../picture/../../secret.png",
        "..\\..\\secret.png",
        "C:\\Windows\\win.ini",
        "\\\\host\\share\\a.png",
        "a\0.png",
        "file:///etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "....//....//etc/passwd",
        "~/.ssh/id_rsa",
        "/dev/zero",
        ".",
    ] {
        for (face, body) in [
            ("/score", json!({ "pic": { "data:image/png;path": path } })),
            ("/run", json!({ "pic": { "data:image/png;path": path } })),
        ] {
            let came = flows.ask("POST", face, "", &body.to_string()).await;
            assert_eq!(came.status(), 400, "{face} {path}: {came:?}");
            assert!(!came.body.contains("root:") && !came.body.contains("inputs:"), "{face} {path}: {came:?}");
        }
    }
}
