import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS } from '../src/contract.js';
import { readCreateRequest } from '../src/domain/createRequest.js';
import { readWebhook, WEBHOOK_SCHEMA } from '../src/domain/webhookRequest.js';
import { check } from '../src/http/validate.js';

const message = (run) => {
  try {
    run();
  } catch (error) {
    return error.body.response.message;
  }
  return assert.fail('was accepted');
};
const create = (body) => readCreateRequest({ instanceName: 'bot', integration: 'EVOLUTION', ...body });

test('an integration is required and must be a known one', () => {
  assert.deepEqual(message(() => create({ integration: undefined })), ['Invalid integration']);
  assert.deepEqual(message(() => create({ integration: 'TELEGRAM' })), ['Invalid integration']);
});

for (const [what, body, expected] of [
  ['no name', { instanceName: undefined }, 'instance requires property "instanceName"'],
  ['a number that is none', { number: 'abc' }, 'instance.number does not match pattern'],
  ['a number that is no text', { number: 5511 }, 'instance.number is not of a type(s) string'],
  ['a webhook without events', { webhook: { url: 'http://x' } }, 'instance.webhook requires property "events"'],
  ['an event nobody emits', { webhook: { url: 'http://x', events: ['X'] } }, 'instance.webhook.events[0] is not one of enum values: '],
]) {
  test(`create refuses ${what}`, () => {
    const [[first]] = message(() => create(body));
    assert.ok(first.startsWith(expected), first);
  });
}

test('a webhook of a new instance is on unless it says otherwise, and hears everything', () => {
  const { webhook } = create({ webhook: { url: 'http://app:8000/hook', events: [] } });
  assert.equal(webhook.enabled, true);
  assert.deepEqual(webhook.events, EVENTS);
  assert.equal(webhook.headers, null);
});

test('a webhook that is off subscribes to nothing', () => {
  assert.deepEqual(readWebhook({ enabled: false, url: 'http://x', events: ['CALL'] }).events, []);
});

for (const url of ['ftp://x', 'app:8000', '']) {
  test(`no webhook goes to "${url}"`, () => {
    assert.deepEqual(message(() => readWebhook({ enabled: true, url, events: [] })), ['Invalid "url" property']);
  });
}

test('all findings come at once, as a list within the list', () => {
  assert.deepEqual(message(() => check({ enabled: 'yes' }, WEBHOOK_SCHEMA)), [
    [
      'instance requires property "url"',
      'instance requires property "events"',
      'instance.enabled is not of a type(s) boolean',
    ],
  ]);
  assert.deepEqual(message(() => check(null, WEBHOOK_SCHEMA)), [['instance is not of a type(s) object']]);
});
