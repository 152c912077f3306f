import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBase64, isUrl } from '../src/media.js';

for (const url of [
  'https://files.example/a.png', 'http://minio.internal:9000/evolution/a?X-Amz-Date=1', 'files.example/a.png',
  'http://10.0.0.7:9000/a', 'http://user:word@files.example/a', 'http://[::1]:9000/a',
]) {
  test(`${url} is a URL`, () => assert.equal(isUrl(url), true));
}

for (const text of [
  'http://minio:9000/a.png', 'http://localhost/a.png', 'file:///etc/passwd', 'http://files.example/a b', 'http://256.0.0.1/a',
  'http://files.example:99999/', 'http://-a.example/', 'data:image/png;base64,aGk=', `http://files.example/${'a'.repeat(2100)}`, '', 7,
]) {
  test(`${String(text).slice(0, 40)} is no URL`, () => assert.equal(isUrl(text), false));
}

test('base64 is padded and nothing but base64', () => {
  for (const text of ['aGk=', 'aGkh', 'aA==']) assert.equal(isBase64(text), true, text);
  for (const text of ['aGk', 'a===', '====', 'aG k', 'a-_b', 'data:image/png;base64,aGk=', '', undefined]) {
    assert.equal(isBase64(text), false, text);
  }
});
