/**
 * A real Redis, through a gate that can be closed.
 *
 * Runs when TWIN_TEST_REDIS_URI (user, password and database included) and TWIN_TEST_DATABASE_URI are set; the keys carry
 * a prefix of their own below `evolution:`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createClient } from 'redis';
import { openGate } from './support/gate.js';
import { openStage } from './support/stage.js';

const { TWIN_TEST_DATABASE_URI: DATABASE, TWIN_TEST_REDIS_URI: REDIS } = process.env;
const SKIP = DATABASE && REDIS ? false : 'TWIN_TEST_DATABASE_URI and TWIN_TEST_REDIS_URI are not both set';
const PREFIX = `evolution:twin-test-${process.pid}`;
const REQUEST = { instanceName: 'bot', number: '5511999990000', token: 't', integration: 'EVOLUTION' };
/** Longer than any answer takes, so that a call without one is known to hang. */
const HANGS = 1_000;

for (const saves of ['false', 'true']) {
  describe(`redis, CACHE_REDIS_SAVE_INSTANCES=${saves}`, { skip: SKIP }, () => {
    let client;
    let gate;
    let stage;
    const keys = () => client.keys(`${PREFIX}:*`);
    /** Without SAVE_INSTANCES nobody waits for Redis, so neither must a test take it for done. */
    const keysBecome = async (count) => {
      const end = performance.now() + 5_000;
      for (let found = await keys(); ; found = await keys()) {
        if (found.length === count) return found;
        assert.ok(performance.now() < end, `${found.length} keys instead of ${count}`);
      }
    };

    before(async () => {
      client = await createClient({ url: REDIS }).connect();
      gate = await openGate(REDIS);
      stage = await openStage(DATABASE, {
        CACHE_REDIS_ENABLED: 'true',
        CACHE_REDIS_PREFIX_KEY: PREFIX,
        CACHE_REDIS_SAVE_INSTANCES: saves,
        CACHE_REDIS_URI: gate.uri,
        DATABASE_SAVE_DATA_INSTANCE: saves === 'true' ? 'false' : 'true',
      });
      await stage.start();
      await stage.says(/redis ready/);
    });

    after(async () => {
      await stage.close();
      await gate.close();
      await client.quit();
    });

    test('an instance leaves a hash without an end of life', async () => {
      const { body } = await stage.call('POST', '/instance/create', REQUEST);
      const key = `${PREFIX}:instance:${body.instance.instanceId}`;
      assert.deepEqual(await keysBecome(1), [key]);
      assert.equal(await client.type(key), 'hash');
      assert.equal(await client.ttl(key), -1);
    });

    test('a lost Redis is reported twice a second, without the reason and without the password', async () => {
      await gate.close();
      // The first tries come faster; from the tenth on the delay stays what it is.
      await stage.says(/(redis disconnected\n[^]*){18}/);
      const times = [...stage.output().matchAll(/^(\S+) ERROR \[redis\] redis disconnected$/gm)].map(([, time]) => Date.parse(time));
      const gaps = times.slice(-4).map((time, index) => time - times.at(index - 5));
      // A busy machine makes a gap longer, never shorter.
      const shortest = Math.min(...gaps);
      assert.ok(shortest > 450 && shortest < 560, `${gaps} ms apart`);
      assert.ok(!stage.output().includes(new URL(REDIS).password));
    });

    test(saves === 'true' ? 'while it is lost, the routes of an instance hang' : 'while it is lost, everything works on', async () => {
      const within = () => AbortSignal.timeout(HANGS);
      const calls = () => [
        stage.call('POST', '/instance/create', { ...REQUEST, instanceName: 'other', number: '5511999990001' }, undefined, within()),
        stage.call('GET', '/instance/connectionState/bot', undefined, 't', within()),
        stage.call('POST', '/message/sendText/bot', { number: '5511988887777', text: 'x' }, 't', within()),
      ];
      const outcomes = await Promise.allSettled(calls());
      const expected = saves === 'true' ? ['TimeoutError', 'TimeoutError', 'TimeoutError'] : [201, 200, 201];
      assert.deepEqual(outcomes.map(({ reason, value }) => reason?.name ?? value.status), expected);
    });

    test('when it is back, what waited is done', async () => {
      await gate.open();
      assert.equal((await stage.call('GET', '/instance/connectionState/bot', undefined, 't')).status, 200);
      // The second instance was asked for while Redis was lost; the caller had given up, the server had not.
      await stage.says(/created instance=other/);
      await keysBecome(2);
    });

    test('a removed instance takes its key along', async () => {
      assert.equal((await stage.call('DELETE', '/instance/delete/other')).status, 200);
      await keysBecome(1);
    });

    test('the key and the instance are there after a restart', async () => {
      const [key] = await keys();
      await stage.stop();
      await stage.start();
      assert.deepEqual(await keys(), [key]);
      assert.equal((await stage.call('GET', '/instance/connectionState/bot', undefined, 't')).body.instance.state, 'open');
    });

    test('an absent Redis does not keep the server from listening', async () => {
      await stage.stop();
      await gate.close();
      const started = stage.start();
      if (saves === 'false') await started;
      await stage.says(/listening port=[^]*redis disconnected/);
      await gate.open();
      await started;
      assert.equal((await stage.call('DELETE', '/instance/delete/bot')).status, 200);
      await keysBecome(0);
    });
  });
}
