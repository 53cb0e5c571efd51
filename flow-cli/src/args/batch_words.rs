//! A run's arguments as they would be typed, to go on with the run.

use std::path::Path;

use super::BatchArgs;

impl BatchArgs {
    /// What would be typed behind `batch` to begin the same run; of variables only the names, since their values may be secret.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = Words(Vec::new());
        words.0.extend(self.flow.as_deref().map(path));
        words.option("--file", self.file.as_deref().map(path));
        words.option("--data", self.data.as_deref().map(path));
        words.option("--run", self.run.clone());
        words.option("--baseline", self.baseline);
        words.option("--beside", self.beside.as_deref().map(path));
        words.option("--data-format", self.data_format);
        words.options("--map", self.map.iter());
        words.options("--variant", self.variant.iter());
        words.options("--set", self.overrides.iter());
        words.option("--jobs", self.jobs);
        words.option("--repeat", self.repeat);
        words.option("--timeout", self.timeout.map(|time| format!("{}ms", time.as_millis())));
        words.flag("--fail-fast", self.fail_fast);
        words.option("--max-failures", self.max_failures);
        words.option("--output", self.output.as_deref().map(path));
        words.flag("--no-times", self.no_times);
        words.option("--name", self.name.as_ref());
        words.option("--description", self.description.as_ref());
        words.option("--display-name", self.display_name.as_ref());
        words.options("--tag", self.tag.iter());
        words.option("--rows", self.selection.rows.as_ref());
        words.option("--filter", self.selection.filter.as_ref());
        words.option("--part", self.part);
        words.option("--sample", self.selection.sample);
        words.option("--limit", self.selection.limit);
        words.flag("--compat", self.language.compat);
        words.flag("--strict", self.language.strict);
        words.option("--connections", self.connection.connections.as_deref().map(path));
        match &self.connection.mock {
            None => {}
            Some(None) => words.flag("--mock", true),
            Some(Some(rules)) => words.0.push(format!("--mock={}", path(rules))),
        }
        words.option("--seed", self.connection.seed);
        words.option("--record", self.connection.record.as_deref().map(path));
        words.option("--replay", self.connection.replay.as_deref().map(path));
        let name = |variable: &String| variable.split('=').next().unwrap_or_default().to_owned();
        let variables = self.environment.variables.iter().filter(|_| !self.has_variables_of_file);
        words.options("--env", variables.map(name));
        words.flag("--allow-exec", self.permission.allow_exec);
        words.flag("--allow-private-network", self.permission.allow_private_network);
        words.option("--retries", self.calls.retries);
        words.option("--rpm", self.calls.rpm);
        words.option("--tpm", self.calls.tpm);
        words.option("--max-cost", self.calls.max_cost);
        words.option("--max-total-tokens", self.calls.max_total_tokens);
        words.option("--max-calls", self.calls.max_calls);
        words.flag("--cache", self.cache.cache);
        words.flag("--no-cache", self.cache.no_cache);
        words.flag("--refresh-cache", self.cache.refresh_cache);
        words.0
    }
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

struct Words(Vec<String>);

impl Words {
    fn flag(&mut self, name: &str, is_set: bool) {
        self.0.extend(is_set.then(|| name.to_owned()));
    }

    /// With its value behind a `=`, since a value may begin with a dash.
    fn option(&mut self, name: &str, value: Option<impl ToString>) {
        self.0.extend(value.map(|value| format!("{name}={}", value.to_string())));
    }

    fn options(&mut self, name: &str, values: impl Iterator<Item = impl ToString>) {
        self.0.extend(values.map(|value| format!("{name}={}", value.to_string())));
    }
}
