/**
 * One line per fact on standard output: time, level, topic, message, then `name=value` pairs.
 *
 * Nothing here ever receives a message body, a key, a token or a connection string: callers pass names and numbers, and
 * errors pass through `describeError`. So no level, however talkative, can leak one.
 */

/** @param {readonly string[]} levels names as in `LOG_LEVEL` */
export function createLog(topic, levels, write = (line) => process.stdout.write(line)) {
  const line = (level) => (message, facts = {}) => {
    if (levels.includes(level)) write(`${new Date().toISOString()} ${level} [${topic}] ${message}${pairs(facts)}\n`);
  };
  return {
    error: line('ERROR'),
    warn: line('WARN'),
    info: line('INFO'),
    verbose: line('VERBOSE'),
    webhooks: line('WEBHOOKS'),
  };
}

/** What may be said about an error: its kind, code and message, never its attached input, query parameters or detail. */
export function describeError(error) {
  if (!(error instanceof Error)) return { error: typeof error };

  const facts = { error: error.name };
  if ('code' in error) facts.code = error.code;
  // A host with several addresses fails with one error per address and no message of its own.
  const first = error instanceof AggregateError ? error.errors[0]?.message : undefined;
  return { ...facts, reason: error.message || first };
}

function pairs(facts) {
  return Object.entries(facts)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => ` ${name}=${/^[\w.:@/+-]+$/.test(String(value)) ? value : JSON.stringify(String(value))}`)
    .join('');
}
