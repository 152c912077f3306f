import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricsRoutes } from '../src/routes/metrics.js';

const BASE = { database: { clientName: 'stack' }, server: { url: 'https://evo.example' } };
const instances = { all: () => [{ name: 'b"ot', state: 'close', integration: 'EVOLUTION' }] };

const routes = (metrics) => metricsRoutes({ instances, settings: { ...BASE, metrics } });
const basic = (text) => `Basic ${Buffer.from(text).toString('base64')}`;
const GUARDED = { authRequired: true, enabled: true, password: 'p', user: 'u' };

test('nothing is served unless it is switched on', () => {
  assert.deepEqual(routes({ ...GUARDED, enabled: false }), []);
});

test('the right password shows the instances', () => {
  const { status, text } = routes(GUARDED)[0].handle({ authorization: basic('u:p') });
  assert.equal(status, 200);
  assert.match(text, /^evolution_instances_total 1$/m);
  assert.match(text, /^evolution_instance_up\{instance="b\\"ot",integration="EVOLUTION"\} 0$/m);
  assert.match(text, /^evolution_environment_info\{version="2\.3\.7",clientName="stack",serverUrl="https:\/\/evo\.example"\} 1$/m);
});

test('a missing or wrong password does not, and only the missing one is asked for', () => {
  const missing = routes(GUARDED)[0].handle({});
  assert.equal(missing.status, 401);
  assert.ok(missing.headers['WWW-Authenticate']);
  const wrong = routes(GUARDED)[0].handle({ authorization: basic('u:x') });
  assert.deepEqual({ status: wrong.status, text: wrong.text }, { status: 401, text: 'Invalid credentials' });
});

test('a password that was never set is no open door', () => {
  assert.equal(routes({ ...GUARDED, password: '' })[0].handle({ authorization: basic('u:') }).status, 500);
});

test('a password with a colon is never the right one', () => {
  const colon = { ...GUARDED, password: 'a:b' };
  assert.equal(routes(colon)[0].handle({ authorization: basic('u:a:b') }).status, 401);
});

test('nobody is asked for a password where none is required', () => {
  assert.equal(routes({ ...GUARDED, authRequired: false })[0].handle({}).status, 200);
});
