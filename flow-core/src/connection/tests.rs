use std::path::Path;
use std::sync::Arc;

use secrecy::ExposeSecret;

use super::{Connection, ConnectionKind, ConnectionLookup, ConnectionSource, Connections, Environment};
use crate::diag::Diagnostics;
use crate::source::SourceMap;

const KEY: &str = "sk-Planted0Secret9Value";

struct Loaded {
    connections: Connections,
    problems: String,
    sources: SourceMap,
}

fn environment(variables: &[(&str, &str)]) -> Arc<Environment> {
    Arc::new(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

fn load(folder: &Path, boundary: &Path, given: Option<&Path>, variables: &[(&str, &str)]) -> Loaded {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let lookup = ConnectionLookup { given, folder, boundary };
    let connections = Connections::load(lookup, environment(variables), &mut sources, &mut diagnostics);
    let shown = diagnostics.sorted().into_iter().map(|diagnostic| {
        let place = diagnostic.primary.as_ref().map(|label| {
            let place = sources.line_column(label.span);
            format!("{}:{} ", place.line, place.column)
        });
        let help = diagnostic.help.as_ref().map(|help| format!(" | {help}")).unwrap_or_default();
        format!("{}[{}] {}{help}\n", place.unwrap_or_default(), diagnostic.code.name(), diagnostic.message)
    });
    let problems = shown.collect::<String>().replace(&*boundary.to_string_lossy(), "PROJECT");
    Loaded { connections, problems, sources }
}

fn of_text(text: &str, variables: &[(&str, &str)]) -> Loaded {
    let temp = tempfile::tempdir().unwrap();
    std::fs::write(temp.path().join("connections.yaml"), text).unwrap();
    load(temp.path(), temp.path(), None, variables)
}

impl Loaded {
    fn get(&self, name: &str) -> Arc<Connection> {
        let resolved = self.connections.connection(name).unwrap();
        assert_eq!(resolved.note, None);
        resolved.connection
    }

    fn refusal(&self, name: &str) -> String {
        let problem = self.connections.connection(name).unwrap_err();
        let place = problem.place.map(|place| self.sources.line_column(place).line);
        format!("{place:?} [{}] {problem}", problem.code.name())
    }
}

fn secret<'a>(connection: &'a Connection, name: &str) -> Option<&'a str> {
    connection.secrets.get(name).map(|secret| secret.expose_secret())
}

#[test]
fn our_spellings_and_promptflows_mean_the_same() {
    let loaded = of_text(
        "
ours: { kind: azure, endpoint: 'https://a.example', api_key: '${env:K}', api_version: 2024-10-21 }
theirs:
  $schema: https://azuremlschemas.azureedge.net/promptflow/latest/AzureOpenAIConnection.schema.json
  name: theirs
  type: azure_open_ai
  api_base: https://${env:HOST}
  api_key: ${env:K}
  api_version: 2024-10-21
  api_type: azure
open: { type: OpenAIConnection, api_key: '${env:K}', base_url: _ , organization: org-1 }
serverless: { type: serverless, api_base: 'https://m.example', api_key: '${env:K}' }
search:
  type: custom
  configs: { index: docs, size: 3 }
  secrets: { token: '${env:K}' }
offline: { kind: mock, rules: rules.yaml, seed: 4 }
",
        &[("K", KEY), ("HOST", "a.example")],
    );
    assert_eq!(loaded.problems, "");
    let (ours, theirs) = (loaded.get("ours"), loaded.get("theirs"));
    assert_eq!(ours.kind, ConnectionKind::Azure);
    assert_eq!(theirs.text("endpoint"), Some("https://a.example"));
    assert_eq!(ours.text("endpoint"), theirs.text("endpoint"));
    assert_eq!(ours.text("api_version"), Some("2024-10-21"));
    assert_eq!(secret(&ours, "api_key"), Some(KEY));
    assert_eq!(secret(&theirs, "api_key"), Some(KEY));
    assert_eq!(loaded.get("open").text("organization"), Some("org-1"));
    assert_eq!(loaded.get("serverless").kind, ConnectionKind::Serverless);
    assert_eq!(loaded.get("serverless").text("base_url"), Some("https://m.example"));
    let search = loaded.get("search");
    assert_eq!(search.fields["size"].as_int(), Some(3));
    assert_eq!(secret(&search, "token"), Some(KEY));
    let offline = loaded.get("offline");
    assert!(offline.text("rules").unwrap().ends_with("rules.yaml"));
    assert!(Path::new(offline.text("rules").unwrap()).is_absolute());
    assert!(!format!("{ours:?}{loaded:?}", loaded = loaded.connections).contains(KEY));
}

#[test]
fn problems_are_told_at_load_but_stop_only_what_uses_them() {
    let loaded = of_text(
        "
fine: { kind: openai, api_key: '${env:UNSET_KEY}' }
typo: { kind: opanai }
bare: { api_key: '${env:K}' }
text: hello
hollow: { kind: azure, api_key: '${env:K}' }
keys: { kind: openai, base_ulr: 'http://x', zzz: 1, api_key: '${env:K}' }
",
        &[("K", KEY)],
    );
    insta::assert_snapshot!(loaded.problems, @r#"
    3:15 [invalid-connection] connection `typo` has the unknown kind `opanai` | did you mean `openai`?
    4:1 [invalid-connection] connection `bare` has no kind | add `kind:` with one of openai, azure, serverless, anthropic, gemini, ollama, vllm, mistral, groq, openrouter, deepseek, mock, serp, custom
    5:7 [invalid-connection] connection `text` is not a mapping of fields | write it as a mapping, such as `{ kind: openai, api_key: "${env:OPENAI_API_KEY}" }`
    6:1 [invalid-connection] connection `hollow` has no `endpoint` | add `endpoint: https://NAME.openai.azure.com`
    7:23 [unknown-key] unknown key `base_ulr` in connection `keys` of kind openai | did you mean `base_url`?
    7:45 [unknown-key] unknown key `zzz` in connection `keys` of kind openai | its fields are api_key, base_url, organization, headers, proxy, ca_file, timeout, connect_timeout, max_concurrency, requests_per_minute, tokens_per_minute
    "#);
    let refusals =
        ["fine", "typo", "bare", "text", "hollow", "fin", "other"].map(|name| loaded.refusal(name)).join("\n");
    let folder = loaded.connections.file().unwrap().parent().unwrap().to_string_lossy().into_owned();
    insta::assert_snapshot!(refusals.replace(&folder, "PROJECT"), @r#"
    Some(2) [missing-variable] the `api_key` of connection `fine` is the environment variable UNSET_KEY, which is not set (set UNSET_KEY, for example in a file `.env` beside the flow: UNSET_KEY=…)
    Some(3) [invalid-connection] connection `typo` has the unknown kind `opanai`; did you mean `openai`? (see PROJECT/connections.yaml)
    Some(4) [invalid-connection] connection `bare` has no kind; add `kind:` with one of openai, azure, serverless, anthropic, gemini, ollama, vllm, mistral, groq, openrouter, deepseek, mock, serp, custom (see PROJECT/connections.yaml)
    Some(5) [invalid-connection] connection `text` is not a mapping of fields; write it as a mapping, such as `{ kind: openai, api_key: "${env:OPENAI_API_KEY}" }` (see PROJECT/connections.yaml)
    Some(6) [invalid-connection] connection `hollow` has no `endpoint`; add `endpoint: https://NAME.openai.azure.com` (see PROJECT/connections.yaml)
    None [unknown-connection] unknown connection `fin` (did you mean `fine`?)
    None [unknown-connection] unknown connection `other` (known are fine, typo, bare, text, hollow, keys, mock; add `other` to PROJECT/connections.yaml)
    "#);
    assert_eq!(loaded.get("keys").kind, ConnectionKind::OpenAi);
    assert_eq!(loaded.get("mock").kind, ConnectionKind::Mock);
}

#[test]
fn clear_secrets_are_warned_of_and_shown_nowhere() {
    for text in [
        format!("a: {{ kind: openai, api_key: {KEY} }}"),
        format!("a: {{ kind: openai, api_key: \"{KEY}\", apikey: '{KEY}' }}"),
        format!("a:\n  kind: custom\n  secrets:\n    x: {KEY}\n  configs: {{ password: {KEY} }}"),
        format!("k: &k {{ kind: openai, api_key: &s {KEY} }}\na: {{ kind: openai, api_key: *s }}"),
        format!("a: {KEY}"),
        format!("a: [{KEY}"),
        format!("a: {{ kind: openai, api_key: {KEY}\nb: 1"),
        format!("a:\n  kind: openai\n  api_key: |\n    {KEY}\n\tb: 1"),
    ] {
        let loaded = of_text(&text, &[]);
        assert_ne!(loaded.problems, "", "{text}");
        let mut shown = loaded.problems.clone();
        for listed in loaded.connections.list() {
            shown += &format!("{listed:?}");
        }
        shown += &format!("{:?}", loaded.connections);
        shown += &format!("{:?}", loaded.sources);
        if let Err(problem) = loaded.connections.connection("a") {
            shown += &problem.to_string();
        }
        assert!(!shown.contains(KEY) && !shown.contains("Planted0Secret9Value"), "{text}\n{shown}");
    }
    let loaded = of_text(&format!("a: {{ kind: openai, api_key: {KEY} }}"), &[]);
    insta::assert_snapshot!(loaded.problems, @r#"1:29 [invalid-connection] the `api_key` of connection `a` stands in the file for everyone to read | write `api_key: "${env:A_API_KEY}"` and set the variable A_API_KEY, for example in `.env`"#);
    assert_eq!(secret(&loaded.get("a"), "api_key"), Some(KEY));
}

#[test]
fn blotted_files_still_read_as_they_are() {
    for (written, expected) in [
        (r#""a\u0041\"b\\""#, "aA\"b\\"),
        ("'a\\'", "a\\"),
        ("'it''s'", "it's"),
        ("|2-\n    one\n    two2", "one\ntwo2"),
        (">-\n    one\n    two", "one two"),
        ("&anchor1 s3cret", "s3cret"),
        ("!!str 123", "123"),
        ("\"two\n    lines\"", "two lines"),
        ("12345", "12345"),
        ("a#b:c,d", "a#b:c,d"),
        ("Grüße-ä", "Grüße-ä"),
    ] {
        let loaded = of_text(&format!("a:\n  kind: openai\n  api_key: {written}\nb: {{ kind: mock }}\n"), &[]);
        assert_eq!(loaded.problems.lines().count(), 1, "{written}: {}", loaded.problems);
        assert_eq!(secret(&loaded.get("a"), "api_key"), Some(expected), "{written}");
        assert_eq!(loaded.get("b").kind, ConnectionKind::Mock);
        let shown = format!("{:?}", loaded.sources);
        let letters =
            |text: &str| text.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
        for part in letters(expected).iter().filter(|part| part.len() > 2) {
            assert!(!shown.contains(part.as_str()), "{part} of {written} is in {shown}");
        }
    }
}

#[test]
fn exactly_one_file_is_in_force() {
    let temp = tempfile::tempdir().unwrap();
    let project = temp.path().join("project");
    let flow = project.join("flows/a");
    let settings = temp.path().join("settings");
    std::fs::create_dir_all(&flow).unwrap();
    std::fs::create_dir_all(settings.join("flow")).unwrap();
    let write = |path: &Path, name: &str| std::fs::write(path, format!("{name}: {{ kind: mock }}")).unwrap();
    let settings_text = settings.to_string_lossy().into_owned();
    let variables = [("XDG_CONFIG_HOME", settings_text.as_str())];
    let names = |given: Option<&Path>, variables: &[(&str, &str)]| {
        let loaded = load(&flow, &project, given, variables);
        assert_eq!(loaded.problems, "");
        loaded.connections.names().iter().map(ToString::to_string).collect::<Vec<_>>()
    };

    write(&temp.path().join("connections.yaml"), "outside");
    assert_eq!(names(None, &variables), ["mock"]);
    write(&settings.join("flow/connections.yaml"), "settings");
    assert_eq!(names(None, &variables), ["settings", "mock"]);
    std::fs::write(project.join("connections.json"), r#"{ "json": { "kind": "mock" } }"#).unwrap();
    assert_eq!(names(None, &variables), ["json", "mock"]);
    write(&flow.join("connections.yml"), "beside");
    assert_eq!(names(None, &variables), ["beside", "mock"]);
    let named = temp.path().join("named.yaml");
    write(&named, "named");
    let named_text = named.to_string_lossy().into_owned();
    assert_eq!(names(None, &[("FLOW_CONNECTIONS", named_text.as_str())]), ["named", "mock"]);
    let given = temp.path().join("connections.yaml");
    assert_eq!(names(Some(&given), &[("FLOW_CONNECTIONS", named_text.as_str())]), ["outside", "mock"]);

    let gone = project.join("gone.yaml");
    let loaded = load(&flow, &project, Some(&gone), &[]);
    insta::assert_snapshot!(loaded.problems, @"[unreadable-file] no file `PROJECT/gone.yaml` | check the path; it is taken from the current folder");
}

#[test]
fn without_a_file_the_environment_stands_in_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let kind = |name: &str, variables: &[(&str, &str)]| {
        let connections = Connections::of_environment(environment(variables), folder.path());
        connections.connection(name).map(|found| (found.connection.kind, found.note)).map_err(|error| error.to_string())
    };
    let openai = ("OPENAI_API_KEY", KEY);
    let azure = ("AZURE_OPENAI_ENDPOINT", "https://a.example");
    assert_eq!(kind("openai", &[openai, azure]), Ok((ConnectionKind::OpenAi, None)));
    assert_eq!(kind("azure_open_ai", &[openai, azure]), Ok((ConnectionKind::Azure, None)));
    let (found, note) = kind("my_AOAI", &[openai, azure]).unwrap();
    assert_eq!(found, ConnectionKind::Azure);
    insta::assert_snapshot!(note.unwrap(), @"there is no connections file; for connection `my_AOAI` Azure OpenAI from the environment (AZURE_OPENAI_ENDPOINT, …) is used");
    let (found, note) = kind("azure_conn", &[openai]).unwrap();
    assert_eq!(found, ConnectionKind::OpenAi);
    assert!(note.unwrap().contains("`azure_conn`"));
    assert_eq!(kind("team", &[azure]).unwrap().0, ConnectionKind::Azure);
    assert_eq!(kind("mock", &[openai]).unwrap(), (ConnectionKind::Mock, None));
    insta::assert_snapshot!(kind("team", &[]).unwrap_err(), @"connection `team` is not defined: there is no connections file, and neither OPENAI_API_KEY nor AZURE_OPENAI_ENDPOINT is set (set OPENAI_API_KEY, write a connections.yaml beside the flow, or try the flow with `--mock`)");

    let variables = [openai, ("OPENAI_BASE_URL", "http://h/v1"), ("OPENAI_ORG_ID", "org")];
    let connections = Connections::of_environment(environment(&variables), folder.path());
    let found = connections.connection("openai").unwrap().connection;
    assert_eq!((found.text("base_url"), found.text("organization")), (Some("http://h/v1"), Some("org")));
    assert_eq!(secret(&found, "api_key"), Some(KEY));
    let listed = connections.list();
    assert_eq!(listed.len(), 1);
    assert!(!format!("{listed:?}").contains(KEY));
}

#[test]
fn the_mock_takes_the_rules_beside_the_flow() {
    let folder = tempfile::tempdir().unwrap();
    let connections = Connections::of_environment(environment(&[]), folder.path());
    assert_eq!(connections.connection("mock").unwrap().connection.text("rules"), None);
    std::fs::write(folder.path().join("mock.yaml"), "rules: []").unwrap();
    let found = connections.connection("mock").unwrap().connection;
    assert!(found.text("rules").unwrap().ends_with("mock.yaml"));
}

#[test]
fn what_servers_take_is_read_and_hidden() {
    let temp = tempfile::tempdir().unwrap();
    std::fs::create_dir(temp.path().join("keys")).unwrap();
    std::fs::write(temp.path().join("keys/key"), format!("{KEY}\n")).unwrap();
    let file = format!(
        "
a:
  kind: openai
  api_key: ${{file:keys/key}}
  base_url: http://user:{KEY}@h/v1
  headers: {{ X-Team: {KEY}, Authorization: 'Bearer ${{env:K}}', X-None: null }}
  proxy: http://me:{KEY}@proxy.example:3128
  ca_file: ca.pem
  timeout: 1m
  connect_timeout: 500ms
"
    );
    std::fs::write(temp.path().join("connections.yaml"), file).unwrap();
    let loaded = load(temp.path(), temp.path(), None, &[("K", KEY)]);
    insta::assert_snapshot!(loaded.problems, @r#""#);
    let found = loaded.get("a");
    assert_eq!(secret(&found, "api_key"), Some(KEY));
    let headers: Vec<_> = found.headers().map(|(name, value)| (name, value.expose_secret().to_owned())).collect();
    assert_eq!(headers, [("Authorization", format!("Bearer {KEY}")), ("X-Team", KEY.to_owned())]);
    assert_eq!(secret(&found, "proxy").unwrap(), format!("http://me:{KEY}@proxy.example:3128"));
    assert_eq!(found.duration("timeout"), Some(std::time::Duration::from_secs(60)));
    assert_eq!(found.duration("connect_timeout"), Some(std::time::Duration::from_millis(500)));
    assert!(Path::new(found.text("ca_file").unwrap()).is_absolute());
    let listed = loaded.connections.list();
    let shown = format!("{listed:?}{:?}{:?}", loaded.sources, loaded.connections);
    assert!(!shown.contains(KEY) && !shown.contains("Planted0Secret9Value"), "{shown}");
    let fields = listed[0].fields.iter().map(|(name, value)| format!("{name}: {value}\n")).collect::<String>();
    insta::assert_snapshot!(fields.replace(&*temp.path().to_string_lossy(), "PROJECT"), @r#"
    api_key: ${file:keys/key}
    base_url: http://******@h/v1
    ca_file: PROJECT/ca.pem
    connect_timeout: 500ms
    headers.Authorization: ******
    headers.X-Team: ******
    proxy: ******
    timeout: 1m
    "#);
}

#[test]
fn what_servers_do_not_take_is_told() {
    let loaded = of_text(
        "
a: { kind: openai, api_key: '${file:gone}', timeout: soon }
b: { kind: openai, headers: [x] }
c: { kind: openai, headers: { X: [1] } }
d: { kind: anthropic }
e: { kind: openai, api_key: '${file:gone}' }
f: { kind: antropic }
",
        &[],
    );
    insta::assert_snapshot!(loaded.problems, @r#"
    2:54 [invalid-connection] connection `a` has `soon` as its `timeout`, which is no time | write a time such as 30s, 500ms or 2m
    3:29 [invalid-connection] connection `b` needs names and texts as its `headers`, not a list | write them as `{ X-Team: docs }`
    4:34 [invalid-connection] connection `c` needs a text as its header `X`, not a list | write the value behind the colon
    7:12 [invalid-connection] connection `f` has the unknown kind `antropic` | did you mean `anthropic`?
    "#);
    insta::assert_snapshot!(loaded.refusal("e"), @r#"Some(6) [unreadable-file] the `api_key` of connection `e` is the file gone, which is not there (write the secret into it, or correct its path; it is taken from the folder of the connections file)"#);
    let listed = loaded.connections.list();
    assert_eq!(listed[3].missing, ["ANTHROPIC_API_KEY"]);
    assert_eq!(listed[4].missing_files, ["gone"]);
}

#[test]
fn known_providers_need_no_more_than_their_key() {
    let text = "
claude: { kind: anthropic }
other: { kind: gemini, api_key: '${env:OWN}', base_url: 'https://g.example' }
here: { kind: ollama }
";
    let loaded =
        of_text(text, &[("ANTHROPIC_API_KEY", KEY), ("OWN", "own"), ("GOOGLE_API_KEY", "no"), ("OLLAMA_HOST", "gpu")]);
    assert_eq!(loaded.problems, "");
    let claude = loaded.get("claude");
    assert_eq!(
        (secret(&claude, "api_key"), claude.text("base_url")),
        (Some(KEY), Some("https://api.anthropic.com/v1"))
    );
    let other = loaded.get("other");
    assert_eq!((secret(&other, "api_key"), other.text("base_url")), (Some("own"), Some("https://g.example")));
    let here = loaded.get("here");
    assert_eq!((secret(&here, "api_key"), here.text("base_url")), (None, Some("http://gpu:11434/v1")));
    assert!(loaded.connections.list().iter().all(|listed| listed.missing.is_empty()));

    let folder = tempfile::tempdir().unwrap();
    let named = |name: &str, variables: &[(&str, &str)]| {
        let connections = Connections::of_environment(environment(variables), folder.path());
        let names = connections.names().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let found = connections.connection(name).map(|found| {
            assert_eq!(found.note, None);
            (found.connection.kind, secret(&found.connection, "api_key").map(str::to_owned))
        });
        (names, found.map_err(|problem| problem.to_string()))
    };
    let openai = ("OPENAI_API_KEY", "sk");
    assert_eq!(
        named("anthropic", &[openai, ("ANTHROPIC_API_KEY", "a")]),
        ("openai anthropic mock".into(), Ok((ConnectionKind::Anthropic, Some("a".into()))))
    );
    // Never another provider's models under this name.
    assert_eq!(named("gemini", &[openai]), ("openai mock".into(), Ok((ConnectionKind::Gemini, None))));
    assert_eq!(named("ollama", &[]), ("mock".into(), Ok((ConnectionKind::Ollama, None))));
    let refusal = |name| named(name, &[openai]).1.unwrap_err();
    assert_eq!(refusal("mokc"), "unknown connection `mokc` (did you mean `mock`?)");
    assert_eq!(refusal("antropic"), "unknown connection `antropic` (did you mean `anthropic`?)");
}

#[test]
fn azure_without_a_key_takes_its_identity_from_the_environment() {
    let variables = [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", KEY)];
    let text = "
keyless: { kind: azure, endpoint: 'https://a.example', auth_mode: meid_token, client_id: own }
keyed: { kind: azure, endpoint: 'https://a.example', api_key: '${env:AZURE_TENANT_ID}' }
";
    let loaded = of_text(text, &variables);
    let keyless = loaded.get("keyless");
    assert_eq!((keyless.text("tenant_id"), keyless.text("client_id")), (Some("t"), Some("own")));
    assert_eq!(secret(&keyless, "client_secret"), Some(KEY));
    let keyed = loaded.get("keyed");
    assert_eq!((keyed.text("tenant_id"), secret(&keyed, "client_secret")), (None, None));
    assert!(!format!("{keyless:?}").contains(KEY));
}

proptest::proptest! {
    #[test]
    fn any_secret_is_read_exactly_and_its_file_still_reads(key in "\\PC{1,24}") {
        // JSON's quoting is YAML's.
        let quoted = serde_json::to_string(&key).unwrap();
        let loaded = of_text(&format!("a: {{ kind: openai, api_key: {quoted} }}\nb: {{ kind: mock }}\n"), &[]);
        let lines: Vec<_> = loaded.problems.lines().collect();
        proptest::prop_assert!(lines.iter().all(|line| line.contains("for everyone to read")), "{:?}", lines);
        if !key.contains("${") {
            let found = loaded.connections.connection("a").unwrap().connection;
            proptest::prop_assert_eq!(secret(&found, "api_key"), Some(key.as_str()));
        }
        proptest::prop_assert!(loaded.connections.connection("b").is_ok());
    }
}
