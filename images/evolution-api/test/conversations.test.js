import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConversations } from '../src/twin/conversations.js';
import { readConversation } from '../src/twin/routes.js';

const BOT = { name: 'bot', number: '5511999990000' };
const NUMBER = '5511988887777';
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A contact and what it says; delays pass at once and are recorded. */
function lab(turns, more = {}) {
  const said = [];
  const delays = [];
  const conversations = createConversations({
    log: { error: () => {} },
    receive: async (event) => Boolean(said.push(event)),
    after: (work, ms) => {
      delays.push(ms);
      setImmediate(work);
    },
  });
  conversations.add(readConversation({ number: NUMBER, turns, ...more }));
  const hear = async (text, { instance = BOT, number = NUMBER } = {}) => {
    const before = said.length;
    conversations.hear(instance, { number, text });
    for (let step = 0; step < 5; step += 1) await turn();
    return said.slice(before).map(({ message }) => message.conversation);
  };
  return { conversations, delays, hear, said };
}

test('several turns play from top to bottom, each of them once', async () => {
  const { hear } = lab([
    { when: 'nome', answers: ['Ana'] },
    { when: '.', answers: ['quero um plano'] },
    { when: 'nome', answers: ['já disse'] },
  ]);
  assert.deepEqual(await hear('Qual seu NOME?'), ['Ana']);
  assert.deepEqual(await hear('Seu nome completo?'), ['quero um plano']);
  assert.deepEqual(await hear('Seu nome?'), ['já disse']);
  assert.deepEqual(await hear('Seu nome?'), []);
});

test('a turn may speak several times, and say several things in order', async () => {
  const { delays, hear } = lab([{ when: 'oi', answers: ['um', 'dois'], delayMs: 30, times: 2 }]);
  assert.deepEqual(await hear('oi'), ['um', 'dois']);
  assert.deepEqual(await hear('oi'), ['um', 'dois']);
  assert.deepEqual(await hear('oi'), []);
  assert.deepEqual(delays, [30, 30, 30, 30]);
});

test('an answer comes in as from WhatsApp', async () => {
  const { hear, said } = lab([{ when: 'oi', answers: ['olá'] }], { pushName: 'Ana' });
  await hear('oi', { number: `${NUMBER}@s.whatsapp.net` });
  const { key: { id, ...key }, ...event } = said[0];
  assert.ok(id);
  assert.deepEqual(key, { remoteJid: `${NUMBER}@s.whatsapp.net`, fromMe: false });
  assert.deepEqual(event, { numberId: BOT.number, pushName: 'Ana', message: { conversation: 'olá' }, messageType: 'conversation' });
});

test('a contact without a number is spoken for by its whole address', async () => {
  const { hear, said } = lab([{ when: 'oi', answers: ['x'] }], { number: '5521@lid' });
  await hear('oi', { number: '5521@lid' });
  assert.equal(said[0].key.remoteJid, '5521@lid');
});

test('an answer may be any kind of message', async () => {
  const audio = { message: { audioMessage: { seconds: 3 } }, messageType: 'audioMessage' };
  const { hear, said } = lab([{ when: 'oi', answers: [audio] }]);
  await hear('oi');
  assert.deepEqual(said[0].message, audio.message);
  assert.equal(said[0].messageType, 'audioMessage');
});

test('only the contact that was written to answers, and only to the instance it belongs to', async () => {
  const { hear } = lab([{ when: '.', answers: ['x'] }], { instance: 'bot' });
  assert.deepEqual(await hear('oi', { number: '5511900000000' }), []);
  assert.deepEqual(await hear('oi', { instance: { ...BOT, name: 'other' } }), []);
  assert.deepEqual(await hear('oi'), ['x']);
});

test('what was said is listed, and a conversation can be taken back', async () => {
  const { conversations, hear } = lab([{ when: 'oi', answers: ['x'] }]);
  await hear('oi');
  const [{ id, turns }] = conversations.all();
  assert.deepEqual(turns, [{ when: 'oi', answers: ['x'], delayMs: 0, times: 1, spoken: 1 }]);
  assert.equal(conversations.clear('nobody'), 0);
  assert.equal(conversations.clear(id), 1);
  assert.deepEqual(conversations.all(), []);
});

for (const [what, body, finding] of [
  ['no contact', { turns: [] }, 'requires property "number"'],
  ['no turns', { number: NUMBER, turns: [] }, 'turns: empty'],
  ['a broken pattern', { number: NUMBER, turns: [{ when: '(', answers: ['x'] }] }, 'turns[0].when is not a regular expression'],
  ['no answer', { number: NUMBER, turns: [{ when: 'x', answers: [] }] }, 'turns[0].answers'],
  ['an answer that is none', { number: NUMBER, turns: [{ when: 'x', answers: [{ message: 'x' }] }] }, 'turns[0].answers'],
  ['a delay that is none', { number: NUMBER, turns: [{ when: 'x', answers: ['x'], delayMs: -1 }] }, 'turns[0].delayMs'],
  ['a turn that never speaks', { number: NUMBER, turns: [{ when: 'x', answers: ['x'], times: 0 }] }, 'turns[0].times'],
]) {
  test(`a conversation with ${what} is refused`, () => {
    assert.throws(() => readConversation(body), (error) => error.status === 400 && JSON.stringify(error.body).includes(JSON.stringify(finding).slice(1, -1)));
  });
}
