/**
 * `GET /metrics` in Prometheus' text format, behind basic authentication. Served only with `PROMETHEUS_METRICS=true`.
 *
 * `METRICS_ALLOWED_IPS` is accepted and has no effect: in 2.3.7 the check never blocks anybody.
 */
import { CONTRACT_VERSION } from '../contract.js';
import { sameSecret } from '../http/guards.js';

const UNCACHED = Object.freeze({ 'Cache-Control': 'no-cache, no-store, must-revalidate' });
const TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function metricsRoutes({ instances, settings }) {
  const { authRequired, enabled, password, user } = settings.metrics;
  if (!enabled) return [];

  const handle = ({ authorization }) => {
    const refusal = authRequired ? refuse(authorization, user, password) : undefined;
    return refusal ?? { status: 200, headers: UNCACHED, text: render(instances.all(), settings), type: TYPE };
  };
  return [{ method: 'GET', path: '/metrics', handle }];
}

/** Plain texts, unlike the errors of every other route. */
function refuse(authorization, user, password) {
  const refused = (status, text, headers) => ({ status, headers, text, type: 'text/html; charset=utf-8' });
  if (!user || !password) return refused(500, 'Metrics authentication not configured');
  if (!authorization?.startsWith('Basic ')) {
    return refused(401, 'Authentication required', { 'WWW-Authenticate': 'Basic realm="Evolution API Metrics"' });
  }
  // A password with a colon is cut at it, here as there, and so is never the right one.
  const [givenUser, givenPassword = ''] = Buffer.from(authorization.slice(6), 'base64').toString().split(':');
  const right = [sameSecret(givenUser, user), sameSecret(givenPassword, password)].every(Boolean);
  return right ? undefined : refused(401, 'Invalid credentials');
}

export function render(instances, { database, server }) {
  const environment = { version: CONTRACT_VERSION, clientName: database.clientName, serverUrl: server.url };
  const labels = ({ name, integration }) => ({ instance: name, integration });
  const up = (instance) => sample('evolution_instance_up', labels(instance), instance.state === 'open' ? 1 : 0);
  const state = (instance) => sample('evolution_instance_state', { ...labels(instance), state: instance.state }, 1);
  return [
    ...family('evolution_environment_info', 'Environment information', [
      sample('evolution_environment_info', environment, 1),
    ]),
    ...family('evolution_instances_total', 'Total number of instances', [
      sample('evolution_instances_total', {}, instances.length),
    ]),
    ...family('evolution_instance_up', '1 if instance state is open, else 0', instances.map(up)),
    ...family('evolution_instance_state', 'Instance state as a labelled metric', instances.map(state)),
    '',
  ].join('\n');
}

function family(name, help, samples) {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...samples];
}

function sample(name, labels, value) {
  const escape = (text) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
}
