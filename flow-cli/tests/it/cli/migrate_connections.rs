//! `flow migrate --import-connections`: what promptflow keeps of connections, without their secrets.

use insta::assert_snapshot;

use super::TestContext;

/// promptflow's home, with what its database had in it after `pf connection create`.
fn context() -> TestContext {
    let context = TestContext::of_folder("flow-cli/tests/promptflow");
    let database = rusqlite::Connection::open(context.folder().join("home/pf.sqlite")).expect("a database");
    database.execute_batch(&context.read("pf.sql")).expect("a database as promptflow makes it");
    context
}

#[test]
fn connections_are_created_with_variables_in_the_places_of_secrets() {
    let context = context();
    let home = context.folder().join("home");
    let context = context.set("PF_HOME_DIRECTORY", &home.to_string_lossy());
    assert_snapshot!(
        "imported",
        context.session(&[
            "migrate --import-connections",
            "pf connection show --name shop",
            "pf connection show --name 'azure connection'",
            // What is there stays as it is.
            "pf connection update --name shop --set configs.region=us",
            "migrate --import-connections",
        ])
    );
    let shop = context.json("pf connection show --name shop", 0);
    assert_eq!(shop["configs"]["region"], "us");
    let file = context.read("../../home/.config/flow/created-connections.json");
    assert!(file.contains("\"${env:SHOP_TOKEN}\"") && !file.contains("gAAAA"), "{file}");
}

#[test]
fn one_of_them_leads_to_the_model_once_its_secret_is_there() {
    let server = crate::conformance::mock::MockServer::start();
    let context = context();
    let database = rusqlite::Connection::open(context.folder().join("home/pf.sqlite")).expect("a database");
    let configs = format!("{{\"base_url\": \"{}/v1\", \"api_key\": \"gAAAAAB\"}}", server.url());
    let update = "update connection set configs = ?1 where connectionName = 'open_ai_connection'";
    database.execute(update, [configs]).expect("a row");
    let home = context.folder().join("home").display().to_string();
    let document = context.json(&format!("migrate --import-connections={home} --json"), 0);
    assert_eq!(document["connections"][0]["secrets"][0], "OPEN_AI_CONNECTION_API_KEY");
    assert_eq!(document["connections"][0]["became"], "created");
    let context = context.set("OPEN_AI_CONNECTION_API_KEY", "sk-of-the-environment");
    context.done("run tickets -i text='[[reply: Billing]] twice'");
    assert_eq!(server.log().len(), 1);
}

#[test]
fn databases_that_are_none() {
    let context = TestContext::with(&[("folder/notes.txt", ""), ("other/pf.sqlite", "no database at all, but text")]);
    assert_snapshot!(
        "no_database",
        context.session(&[
            "migrate --import-connections",
            "migrate --import-connections=folder",
            "migrate --import-connections=other",
            "migrate --import-connections=folder --in-place",
        ])
    );
}
